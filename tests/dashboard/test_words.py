"""Texts, pictures and recipes of the pages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

from sanfang.dashboard import words
from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.declare import pages, recipe
from sanfang.dashboard.presenters import colours, views
from sanfang.dashboard.presenters.pictures import picture
from sanfang.dashboard.words import LANGUAGES, say, texts
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.model.books.headings import HOUR_HEADINGS, WASTED_HOURS, WASTED_YUAN
from sanfang.scenario.policy import lever_names

DEMO = Address(district="demo", size=1.0, days=90)
PACKAGE = Path(words.__file__).parent


def demo_world(days: int = 0, scenario: str = "before") -> PageSession:
    world = PageSession(DEMO, LinkedWorld(scenario))
    world.step(days)
    return world


def test_every_text_is_there_in_both_languages_with_the_same_blanks() -> None:
    blanks = re.compile(r"{(\w+)")
    for key, text in texts().items():
        assert set(text) == set(LANGUAGES), key
        assert all(text.values()), key
        assert sorted(blanks.findall(text["en"])) == sorted(blanks.findall(text["zh"])), key


def test_every_text_that_the_pages_name_exists() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    assert key.value in texts(), f"{path.name}: {key.value}"
                elif isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
                    stem = str(key.values[0].value)
                    assert any(known.startswith(stem) for known in texts()), f"{path.name}: {stem}..."


def test_levers_headings_and_states_have_words() -> None:
    world = demo_world()
    for lang in LANGUAGES:
        groups = views.lever_groups(world, lang)
        assert [lever["name"] for group in groups for lever in group["levers"]] == list(lever_names())
        for heading in HOUR_HEADINGS:
            assert views.heading_label(heading, lang)
    helps = [lever["help"] for group in views.lever_groups(world, "zh") for lever in group["levers"]]
    assert all(re.search("[\u4e00-\u9fff]", text) for text in helps)


def test_every_cause_of_waste_has_a_colour_of_its_own() -> None:
    assert len(set(colours.WASTE)) == len(colours.WASTE) == len((*WASTED_HOURS, *WASTED_YUAN))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_picture_of_the_charts_is_drawn_without_empty_boxes(lang: str, recwarn: pytest.WarningsRecorder) -> None:
    data = picture(views.charts(demo_world(40), lang), say("page_live", lang), lang)
    assert data.startswith(b"\x89PNG")
    assert not [one for one in recwarn if "missing from" in str(one.message)]


def test_a_chinese_font_is_there_even_without_one_on_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    from sanfang.report import fonts

    monkeypatch.setattr(fonts, "CHINESE", ())
    assert fonts.language_and_fonts("zh") == ("zh", ["Noto Sans SC", "DejaVu Sans"])


def test_the_recipe_of_the_live_page_makes_the_same_run() -> None:
    world = demo_world(12)
    world.move("authority", 1.0)
    world.step(8)
    address = Address(district="demo", size=1.0, days=90, day=world.day, worlds=(world.world,))
    found: dict[str, object] = {"print": lambda *told: None}
    exec(recipe("/", address).python, found)
    # A request that comes back is counted on the day on which it had been closed, so that column is not final yet.
    daily = found["run"].daily  # type: ignore[attr-defined]
    made = daily[daily["day"] < 20].drop(columns="repeats")
    pd.testing.assert_frame_equal(made, world.so_far().daily.drop(columns="repeats"), check_exact=True)
    assert "--set 'policy.authority=[[0, 0.0], [12, 1.0]]'" in recipe("/", address).shell


def test_every_page_has_a_recipe() -> None:
    for path in pages():
        shown = recipe(path, DEMO.with_other(experiment="experiments/mechanisms/D3a"))
        assert "sanfang" in shown.python and shown.shell.split("\n")[-1].startswith("sanfang ")
        compile(shown.python, path, "exec")
