"""What the screen of a workshop shows, drawn without a browser: branches of one name, states, workshops from before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import solara

from sanfang.dashboard.pages.workshop import board, opening
from sanfang.dashboard.words import LANGUAGES, say
from sanfang.dashboard.workshop.kept import KeptWorkshop
from sanfang.dashboard.workshop.setting import Setting
from sanfang.dashboard.workshop.workshop import Workshop
from sanfang.run.tree import TRUNK
from widgets import widgets_of
from workshops import made_up, order, play

SETTING = Setting("demo", 0.25, 1, 60)
VUE = Path(board.__file__).parents[2] / "widgets" / "vue"


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A workshop with made-up runs, in which a team has played two branches of the same name."""
    for opened in made_up(monkeypatch, SETTING):
        token = opened.enter("red")
        for lever in ("authority", "triage"):
            opened.act(token, order(**play({lever: 1.0}, name="Bold")))
        yield opened


def test_branches_of_one_name_are_lines_of_their_own(room: Workshop) -> None:
    for chart in board.charts(room, 1, "en"):
        assert [(one["id"], one["name"]) for one in chart["series"]] == [
            (1, "red · Bold"), (2, "red · Bold"), (TRUNK, say("workshop_trunk", "en")),
        ]  # fmt: skip
    keys = (VUE / "charts.vue").read_text("utf-8").split(':key="')[1:]
    assert not any("name" in key.partition('"')[0] for key in keys), "a name is no key"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_team_that_waits_is_not_said_to_play(room: Workshop, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setattr(Workshop, "state", lambda self, branch: "waiting" if branch.id == 2 else "played")
    (team,) = board.teams(room, lang)
    assert say("workshop_waiting", lang) in team["about"] and say("workshop_playing", lang) not in team["about"]
    states = {node["id"]: node["state"] for node in board.tree(room, lang)["nodes"]}
    assert states == {0: "", 1: "", 2: say("workshop_waiting", lang)}


def test_a_team_that_was_removed_stands_nowhere(room: Workshop) -> None:
    assert [node["here"] for node in board.tree(room, "en")["nodes"]] == [False, False, True]
    room.remove(1)
    assert not any(node["here"] for node in board.tree(room, "en")["nodes"])


def test_workshops_from_before_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    one = KeptWorkshop("0" * 16, "2026-01-02 09:30", Setting("demo", 0.25, 1, 60, 3, "<b>?"), ((1, "red"),), 7)
    monkeypatch.setattr(opening.ROOMS, "earlier", lambda host: iter([one]))
    again: list[KeptWorkshop] = []
    box, context = solara.render(opening.Earlier("a browser", again.append, "en"), handle_error=False)
    try:
        drawn = widgets_of(box)
        told = " ".join(str(getattr(widget, "children", "")) for widget in drawn)
        assert "2026-01-02 09:30" in told and "teams: 1, branches: 7" in told and "<b>" not in told
        (button,) = [widget for widget in drawn if any(b["id"] == one.id for b in getattr(widget, "buttons", ()))]
        button._handle_custom_msg({"event": "press", "data": one.id}, [])
        assert again == [one] and any(getattr(widget, "name", "") == "workshop-2026-01-02.html" for widget in drawn)
    finally:
        context.close()


def test_nothing_is_offered_where_there_was_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening.ROOMS, "earlier", lambda host: iter(()))
    box, context = solara.render(opening.Earlier("a browser", _never, "en"), handle_error=False)
    assert say("workshop_earlier", "en") not in str([getattr(one, "children", "") for one in widgets_of(box)])
    context.close()


def _never(kept: Any) -> None:
    raise AssertionError
