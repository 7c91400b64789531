"""The replay of a workshop: one file, the branches to the last digit, nothing of a stranger's read as markup."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

import numpy as np
import pytest

from sanfang.dashboard.words import LANGUAGES
from sanfang.dashboard.workshop import embed, workshop
from sanfang.dashboard.workshop.replay import contents, replay
from sanfang.dashboard.workshop.setting import Setting
from sanfang.dashboard.workshop.workshop import HOST, Workshop
from sanfang.run.series import MEASURES
from sanfang.run.session import Session
from sanfang.run.tree_file import from_json
from workshops import MadeUp, order, play

HOSTILE = "</script><script>x()</script>"


@pytest.fixture(scope="module")
def played() -> Iterator[tuple[Workshop, str]]:
    """A workshop with real runs, names that would be markup, and the token of its team."""
    room = Workshop("0a1b2c3d4e5f", Setting("demo", 0.25, 1, 40, 3, f"{HOSTILE}?"))
    room.begin()
    token = room.enter("<b>&amp; red</b>")
    for number, levers in enumerate(({"authority": 1.0}, {"triage": 0.5}), 1):
        room.act(token, order(**play(levers, name=HOSTILE if number == 1 else "")))
        assert room._jobs[number].join(120)
    room.play(HOST, order(**play({"one_window": 1.0}, parent=1, day=20, expected={})))  # type: ignore[arg-type]
    assert room._jobs[3].join(120) and room._jobs[0].join(120)
    yield room, token
    room.close()


def data_of(page: str) -> str:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_file_has_the_branches_to_the_last_digit(played: tuple[Workshop, str]) -> None:
    room, _ = played
    given = json.loads(data_of(replay(room, "en").decode()))
    again = from_json(json.dumps(given["tree"]), room.tree.scenario)
    for mine, other in zip(room.tree.branches, again.branches, strict=True):
        by_hand = Session(room.tree.scenario_of(mine.moves), 1, 0.25, 40)
        by_hand.step(40)
        assert mine.kept is not None and other.kept is not None
        for name in MEASURES:
            np.testing.assert_array_equal(other.kept.series[name], mine.kept.series[name])
        np.testing.assert_array_equal(other.kept.series["wasted"], np.asarray(_wasted(by_hand)))
        assert dict(other.kept.hours) == dict(mine.kept.hours) and mine.moves == other.moves


def _wasted(session: Session) -> np.ndarray:
    from sanfang.run.series import series

    return series(session, "wasted")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_of_a_stranger_is_markup_and_nothing_secret_is_in_it(played: tuple[Workshop, str], lang: str) -> None:
    room, token = played
    page = replay(room, lang).decode()
    assert page.count("<script") == 2 and page.count("</script>") == 2 and "<b>" not in page
    assert (
        room.entrance.code not in page
        and room.entrance.link not in page
        and token not in page
        and room.host not in page
    )
    assert json.loads(data_of(page))["question"] == f"{HOSTILE}?"


def test_the_file_asks_for_nothing_and_runs_its_own_script_alone(played: tuple[Workshop, str]) -> None:
    page = replay(played[0], "zh").decode()
    policy = html.unescape(re.findall(r'Content-Security-Policy" content="([^"]*)"', page)[0])
    assert (
        policy.startswith("default-src 'none'; script-src 'sha256-") and "unsafe" not in policy and "http" not in policy
    )
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)[0]
    assert embed.by_digest(script) in policy
    for reach in ("fetch(", "XMLHttp", "import(", "eval(", "innerHTML", "WebSocket", "src=", "url("):
        assert reach not in script and reach not in page.replace(data_of(page), ""), reach


def test_it_can_be_had_before_anything_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "RUNS", MadeUp())
    room = Workshop("host", Setting("demo", 0.25, 1, 40))
    assert contents(room, "en")["tree"]["branches"][0]["series"] is None and replay(room, "zh")
    room.close()


def test_a_part_of_a_page_is_filled_in_once() -> None:
    page = embed.filled("phone.html", lang="en", title="{{data}}", nonce="n", style="", script="", data="[]")
    assert "<title>{{data}}</title>" in page
