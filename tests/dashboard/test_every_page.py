"""What holds for every page that lies in `dashboard/pages/`, also for one that is added."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import ipyvue
import pytest
import solara
from soak.hostile import addresses

from sanfang.dashboard import pages as folders
from sanfang.dashboard.address import Address
from sanfang.dashboard.declare import pages, recipe
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.words import LANGUAGES, say
from sanfang.dashboard.worlds.job import PageJob

DEMO = {"district": "demo", "size": 1.0, "days": 30}
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Jobs are not started; the viewer's address is put back."""
    before = viewer.address.value
    monkeypatch.setattr(PageJob, "start", lambda job: None)
    yield
    viewer.address.set(before)


def test_every_folder_is_a_page_and_has_a_place_of_its_own() -> None:
    names = {path.parent.name for path in Path(folders.__path__[0]).glob("*/page.py")}
    assert len(pages()) == len(names) and {path.strip("/") or "live" for path in pages()} == names
    assert list(pages()) == sorted(pages(), key=lambda path: pages()[path].place) and next(iter(pages())) == "/"
    assert len({page.place for page in pages().values()}) == len(pages())


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", pages())
def test_a_page_opens_in_its_language(path: str, lang: str) -> None:
    viewer.address.set(Address(lang=lang, **DEMO))  # type: ignore[arg-type]
    drawn = solara.render(pages()[path].component(), handle_error=False)[1]
    try:
        assert drawn.find(ipyvue.VueWidget).widgets or drawn.find(ipyvue.VueTemplate).widgets
    finally:
        drawn.close()
    assert bool(CHINESE.search(say(pages()[path].label, lang))) == (lang == "zh")


@pytest.mark.parametrize("path", pages())
def test_a_page_has_a_recipe(path: str) -> None:
    opened = {"experiment": "experiments/mechanisms/D3a"}  # whatever lies in results/
    shown = recipe(path, Address(**DEMO, other=opened))  # type: ignore[arg-type]
    for node in ast.walk(ast.parse(shown.python)):
        if isinstance(node, ast.ImportFrom):
            assert all(hasattr(import_module(str(node.module)), one.name) for one in node.names), shown.python
    assert shlex.split(shown.shell.split("\n")[-1])[0] == "sanfang"


def test_hostile_visitors_try_every_page() -> None:
    assert set(addresses.PAGES) == set(pages())


def test_an_address_that_is_no_page_has_the_recipe_of_its_world() -> None:
    address = Address(**DEMO)  # type: ignore[arg-type]
    assert recipe("/nothing", address) == recipe("/", address)
