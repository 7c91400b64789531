"""The Workshop page: a host opens a workshop; its screen shows how to come in, the teams, the tree and the curves."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import segno
import solara

from sanfang.dashboard import reached
from sanfang.dashboard.declare import Page
from sanfang.dashboard.pages.workshop import board, own_branch
from sanfang.dashboard.pages.workshop.opening import Opening, unkept
from sanfang.dashboard.pages.workshop.parts import Ask, EntryCard, Teams, TreeView
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.widgets.saving import ORIGIN, Download
from sanfang.dashboard.words import say
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.dashboard.workshop.replay import replay
from sanfang.dashboard.workshop.rooms import ROOMS
from sanfang.dashboard.workshop.views import label, moves, place, rows, whose, why
from sanfang.dashboard.workshop.workshop import HOST, Workshop
from sanfang.run.names import MAX_NAME
from sanfang.run.tree import TRUNK
from sanfang.scenario.errors import InputError

TEAM_WORDS = ("teams", "no_teams", "new_phone", "remove")
ENTRY_WORDS = ("join_at", "code", "local", "picture")


@solara.component
def WorkshopPage() -> None:
    """The form to open one, or the one that this browser has opened."""
    times, set_times = solara.use_state(0)
    lang, browser = viewer.lang(), viewer.browser()
    workshop = ROOMS.of_host(browser)

    def changed() -> None:
        set_times(times + 1)

    with solara.Div():
        if workshop is None:
            Opening(browser, changed, lang).key("opening")
        else:
            Screen(workshop, changed, lang).key(workshop.id)


@solara.component
def Screen(workshop: Workshop, ended: Callable[[], None], lang: str) -> None:
    """The screen of a workshop, drawn anew when something of it has changed."""
    news, problem = solara.use_reactive(0), solara.use_reactive("")
    chosen, other = solara.use_reactive(TRUNK), solara.use_reactive(TRUNK)
    ending, origin = solara.use_reactive(False), solara.use_reactive("")
    entrance = workshop.entrance
    cells = solara.use_memo(lambda: picture(origin.value, entrance.link), [origin.value, entrance.link])

    def look() -> Callable[[], None]:
        def tell() -> None:
            if workshop.over:  # ended in another tab
                ended()
            news.set(news.peek() + 1)

        gone = workshop.teller.join(tell)
        tell()  # what has come between the first drawing and now
        return gone

    solara.use_effect(look, [workshop])
    _ = news.value

    def attempt(what: Callable[[], object]) -> None:
        try:
            what()
            problem.set("")
        except (Refused, InputError) as refused:
            problem.set(refused.say(lang) if isinstance(refused, Refused) else str(refused))
        news.set(news.peek() + 1)

    def order(told: Mapping[str, Any]) -> None:
        attempt(lambda: carry_out(workshop, str(told.get("action")), told.get("value")))

    def at_the_door(button: object) -> None:
        if str(button) in DOOR:
            attempt(lambda: DOOR[str(button)](workshop))

    def at(told: object) -> None:
        origin.set(str(told) if ORIGIN.fullmatch(str(told)) else "")

    def choose(id_: object) -> None:
        if isinstance(id_, int) and 0 <= id_ < len(workshop.tree.branches):
            other.set(chosen.peek())
            chosen.set(id_)

    def end(button: object) -> None:
        ending.set(button == "end")
        if button == "yes":
            ROOMS.close(workshop.host)
            ended()

    with solara.Div(classes=["sf-workshop"]):
        with solara.Div(classes=["sf-stack"]):
            ready = workshop.tree.branch(TRUNK).kept is not None
            about = [place(workshop, lang), say("workshop_budget_is", lang, most=workshop.setting.budget)]
            about += [say("workshop_opening", lang)] if not ready else []
            about += [say("workshop_locked", lang)] if entrance.locked else []
            EntryCard(
                code=entrance.code, link=entrance.link, question=workshop.setting.question, about=about,
                reached=reached.address(), cells=cells, event_at=at,
                words={word: say(f"workshop_{word}", lang) for word in ENTRY_WORDS},
            )  # fmt: skip
            parts.Buttons(buttons=door_buttons(workshop, lang), event_press=at_the_door)
            notes = [{"kind": "error", "text": problem.value}] if problem.value else []
            parts.Notes(notes=notes + unkept(lang))
            team_words = {word: say(f"workshop_{word}", lang) for word in TEAM_WORDS}
            team_words |= {word: say(f"workshop_do_{word}", lang) for word in ("undo", "redo")}
            Teams(rows=board.teams(workshop, lang), words=team_words, event_do=order)
            own_branch.OwnBranch(workshop, chosen.value, attempt, news.value, lang)
            Leaving(workshop, ending.value, end, lang)
        with solara.Div(classes=["sf-stack"]):
            solara.HTML("p", say("workshop_curves", lang), classes=["soft"])
            parts.Charts(charts=board.charts(workshop, chosen.value, lang))
            with solara.Div(classes=["card"]):
                solara.HTML("h2", say("workshop_tree", lang))
                solara.HTML("p", say("workshop_tree_about", lang), classes=["soft"])
                TreeView(
                    tree=board.tree(workshop, lang), chosen=chosen.value, label=say("workshop_tree", lang),
                    event_choose=choose,
                )  # fmt: skip
            Chosen(workshop, chosen.value, attempt, news.value, lang)
            Two(workshop, chosen, other, news.value, lang)


def picture(origin: str, link: str) -> list[str]:
    """The rows of a QR code that opens the page of phones with the secret of the link; none before the address is
    known."""
    if not origin:
        return []
    code = segno.make(f"{origin}/join#{link}", error="m", micro=False)
    return ["".join(map(str, row)) for row in code.matrix]


DOOR: Mapping[str, Callable[[Workshop], object]] = {
    "lock": lambda workshop: workshop.lock(True),
    "unlock": lambda workshop: workshop.lock(False),
    "renew": lambda workshop: workshop.renew(),
    "let_back": lambda workshop: workshop.let_back(),
}
"""What the host may do at the door, by button."""


def door_buttons(workshop: Workshop, lang: str) -> list[Json]:
    """The buttons of the door: lock or open it, another code, and pardon where somebody is kept out."""
    entrance = workshop.entrance
    ids = ["unlock" if entrance.locked else "lock", "renew", *(["let_back"] if entrance.removed else [])]
    return [{"id": id_, "label": say(f"workshop_{id_}", lang, count=entrance.removed)} for id_ in ids]


def carry_out(workshop: Workshop, action: str, value: object) -> None:
    """An order of the host about a team, by its number (0: its own branches). Raises Refused."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("form")
    if action in ("undo", "redo"):
        workshop.walk(workshop.entrance.team(value).name if value else HOST, action)
    elif action == "phone":
        workshop.reopen(value)
    elif action == "remove":
        workshop.remove(value)
    else:
        raise Refused("form")


@solara.component
def Leaving(workshop: Workshop, sure: bool, press: Callable[[object], None], lang: str) -> None:
    """The file that replays all of it, and the end."""
    with solara.Div(classes=["card", "sf-stack"]):
        with solara.Div(classes=["sf-row"]):
            Download(say("workshop_replay", lang), "workshop.html", lambda: replay(workshop, lang), "text/html")
        ask = [("yes", "workshop_yes"), ("no", "workshop_no")] if sure else [("end", "workshop_end")]
        solara.HTML("p", say("workshop_end_sure", lang) if sure else "", classes=[] if sure else ["sf-unseen"])
        parts.Buttons(buttons=[{"id": id_, "label": say(key, lang)} for id_, key in ask], event_press=press)


@solara.component
def Chosen(
    workshop: Workshop, chosen: int, attempt: Callable[[Callable[[], object]], None], news: int, lang: str
) -> None:
    """The branch that the host has chosen: its moves, what was predicted and came out, its name. `news` has it drawn
    anew."""
    branch, found = workshop.tree.branch(chosen), workshop.tree.beside(chosen)
    made = "".join(f"<li>{html.escape(line)}</li>" for line in moves(branch.moves, lang))
    told = rows(branch, found, lang) if chosen != TRUNK else []
    heads = [say(f"workshop_{word}", lang) for word in ("measure", "expected", "came")]
    cells = [[row["measure"], row["expected"], f"{row['outcome']} {row['change']}".strip()] for row in told]
    with solara.Div(classes=["card", "sf-stack"]):
        solara.HTML("h2", html.escape(whose(branch, lang)), attributes={"data-show": "chosen"})
        if chosen == TRUNK:
            solara.HTML("p", say("workshop_choose", lang), classes=["soft"])
        else:
            solara.HTML("ul", made)
            solara.HTML("div", table(heads, cells, [row["verdict"] for row in told], 2))
            solara.HTML("p", f"{html.escape(why(found, lang))} {say('workshop_one_run', lang)}", classes=["soft"])
            Ask(
                id="name", label=say("workshop_name", lang), value=branch.name, button=say("workshop_rename", lang),
                most=MAX_NAME, primary=False,
                event_told=lambda text: attempt(lambda: workshop.rename(chosen, str(text))),
            ).key(f"name-{chosen}")  # fmt: skip


@solara.component
def Two(workshop: Workshop, first: solara.Reactive[int], second: solara.Reactive[int], news: int, lang: str) -> None:
    """Any two branches side by side. `news` has them drawn anew."""
    branches = workshop.tree.branches
    options = parts.options({str(one.id): whose(one, lang) for one in branches})
    fields: list[Json] = [
        {"id": id_, "label": say(f"workshop_{id_}", lang), "value": str(of.value), "options": options}
        for id_, of in (("first", first), ("second", second))
    ]

    def pick(picked: dict[str, Any]) -> None:
        wanted = str(picked.get("value"))
        if wanted.isdecimal() and len(wanted) < 6 and int(wanted) < len(workshop.tree.branches):
            (first if picked.get("field") == "first" else second).set(int(wanted))

    cells, verdicts, told = board.compared(workshop, first.value, second.value, lang)
    heads = [say("workshop_measure", lang), *(label(branches[of.value], lang) for of in (first, second))]
    heads.append(say("workshop_difference", lang))
    with solara.Div(classes=["card", "sf-stack"]):
        solara.HTML("h2", say("workshop_compare", lang))
        parts.Choices(fields=fields, event_pick=pick)
        with parts.scrolling(say("workshop_compare", lang)):
            solara.HTML(
                "div", table(heads, cells, verdicts, 3) if cells else html.escape(say("workshop_not_yet", lang))
            )
        solara.HTML("p", html.escape(told), classes=["soft"])


def table(heads: list[str], cells: list[list[str]], verdicts: list[str], judged: int) -> str:
    """A table of HTML from plain texts; the cell `judged` of each row has the colour of its verdict."""
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
    body = ""
    for row, verdict in zip(cells, verdicts, strict=True):
        colour = f' class="{verdict}"' if verdict in ("better", "worse") else ""
        first, *others = row
        marked = "".join(
            f"<td{colour if place == judged else ''}>{html.escape(text)}</td>" for place, text in enumerate(others, 1)
        )
        body += f'<tr><th scope="row">{html.escape(first)}</th>{marked}</tr>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


PAGE = Page("/workshop", 10, WorkshopPage)
