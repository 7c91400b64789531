"""The view of the Compare page that follows one trouble, or one resident, through every world."""

from __future__ import annotations

from typing import Any

import solara

from sanfang.dashboard import limits
from sanfang.dashboard.pages.compare import lives_presenter
from sanfang.dashboard.pages.compare.parts import LifeCard, Table
from sanfang.dashboard.pages.compare.paths import Paths
from sanfang.dashboard.pages.compare.side_by_side import Worlds, letter
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.widgets import parts, viewer
from sanfang.dashboard.widgets.progress import JobCard, use_job
from sanfang.dashboard.widgets.transport import PageState
from sanfang.dashboard.words import community_label, say
from sanfang.dashboard.worlds.job import PageJob
from sanfang.run import troubles
from sanfang.run.troubles import Troubles


def _keep(**texts: str) -> None:
    viewer.address.set(viewer.address.value.with_other(**texts))


@solara.component
def LivesView(page: PageState, worlds: Worlds, frame: int, other: int, lang: str) -> None:
    """What happened in the worlds, once they stand still on a day."""
    day = worlds[0].day
    if page.playing or page.busy or not day:
        note = "compare_lives_paused" if day else "compare_lives_first"
        parts.Notes(notes=[{"kind": "info", "text": say(note, lang)}])
    else:
        CommonTroubles(page, worlds, day, other, lang).key(f"{day} {page.moved.value}")


@solara.component
def CommonTroubles(page: PageState, worlds: Worlds, day: int, other: int, lang: str) -> None:
    """The troubles that the worlds have in common, one of them in each world, and a resident in each world."""

    def find(job: PageJob[Troubles]) -> Troubles:
        with job.turn(), page.group.steady():
            tables = [session.requests for session in worlds]
        with job.turn():
            return troubles.troubles(tables, day)

    people = residents(worlds)
    job, again = use_job(find, [], megabytes=len(worlds) * limits.table_megabytes(people, day))
    common = job.found
    if common is None:
        JobCard(job, lambda: say("compare_lives_finding", lang), lang, again)
        return
    root, resident = chosen_life(common, people)
    with solara.Div(classes=["sf-two"]):
        with solara.Div(classes=["card", "sf-stack"]):
            TroubleList(worlds, common, root, other, lang)
        with solara.Div(classes=["sf-stack"]):
            if root:
                LifeCard(life=lives_presenter.life_card(common, root, worlds, lang))
                Paths(common, worlds, root, lang)
            if resident is not None:
                ResidentCard(worlds, common, resident, root, other, lang).key("resident")
            else:
                solara.HTML("p", say("compare_choose", lang), classes=["soft", "card"])


def residents(worlds: Worlds) -> int:
    """How many there are, the same in every world."""
    return len(worlds[0].model.residents.satisfaction)


def chosen_life(common: Troubles, count: int) -> tuple[str, int | None]:
    """The trouble and the resident that the address names, as far as they are there; a trouble brings its resident."""
    texts = viewer.address.value.other
    root, number = texts.get("request", ""), texts.get("resident", "")
    if root not in common.table.index:
        root = ""
    if number.isdecimal() and len(number) < 8 and int(number) < count:
        return root, int(number)
    return root, int(common.table.loc[root]["resident"]) if root else None


def filter_fields(
    labels: dict[str, dict[str, str]], values: dict[str, str], resident: Json, lang: str
) -> list[Json]:  # fmt: skip
    """What the list of troubles can be asked: its order, a domain, a community, a resident."""
    words = {"sort": "compare_order", "domain": "compare_domain", "community": "compare_community"}
    fields: list[Json] = [
        {"id": id_, "label": say(words[id_], lang), "value": values[id_], "options": parts.options(labels[id_])}
        for id_ in words
    ]
    return [*fields, {"id": "resident", "label": say("compare_resident", lang), **resident}]


@solara.component
def TroubleList(worlds: Worlds, common: Troubles, root: str, other: int, lang: str) -> None:
    """Filters, and the troubles that fit."""
    texts = viewer.address.value.other
    domains = lives_presenter.domain_labels(worlds[0].scenario, lang)
    ids = list(worlds[0].model.map.ids)
    order = texts.get("sort") if texts.get("sort") in troubles.ORDERS else troubles.ORDERS[0]
    domain = texts["domain"] if texts.get("domain") in domains else ""
    community = texts["community"] if texts.get("community") in ids else ""
    table = troubles.chosen(common, str(order), other, domain, community)
    any_ = {"all": say("compare_any", lang)}
    sorts = {
        name: say(f"compare_order_{name}", lang, first=letter(0), other=letter(other)) for name in troubles.ORDERS
    }  # fmt: skip
    labels = {
        "sort": sorts, "domain": any_ | domains, "community": any_ | {id_: community_label(id_, lang) for id_ in ids},
    }  # fmt: skip
    values = {"sort": str(order), "domain": domain or "all", "community": community or "all"}
    numbers = {"value": texts.get("resident", ""), "min": 0, "max": residents(worlds) - 1}
    fields = filter_fields(labels, values, numbers, lang)

    def picked(order: dict[str, Any]) -> None:
        field, value = str(order.get("field")), str(order.get("value"))[:20]
        if field == "resident":
            _keep(resident=value, request="")
        elif field in ("sort", "domain", "community"):
            _keep(**{field: "" if value == "all" else value})

    parts.Choices(fields=fields, event_pick=picked)
    changed = [
        {"id": name, "label": say(f"compare_resident_{name}", lang, other=letter(other))} for name in ("gain", "loss")
    ]

    def most(id_: str) -> None:
        models = [session.model for session in worlds]
        _keep(resident=str(troubles.most_changed(models, other, gained=id_ == "gain")), request="")

    parts.Buttons(buttons=changed, event_press=most)
    solara.HTML("p", say("compare_troubles_hint", lang), classes=["soft"])
    with solara.Div(classes=["sf-list"]):
        if table.empty:
            solara.HTML("p", say("compare_none", lang), classes=["soft"])
        else:
            TroubleTable("troubles", say("compare_troubles", lang), table, domains, root, len(worlds), other, lang)


@solara.component
def TroubleTable(
    name: str,
    caption: str,
    table: Any,
    domains: dict[str, str],
    root: str,
    count: int,
    other: int,
    lang: str,
    whose: bool = True,
) -> None:
    """Troubles of `count` worlds to choose from, with their residents if `whose`."""
    known = set(table.index)
    Table(
        name=name,
        caption=caption,
        heads=lives_presenter.heads(count, other, lang, whose),
        rows=lives_presenter.rows(table, domains, count, other, lang, whose),
        numbers=1 + whose,
        selected=root,
        choosable=True,
        event_choose=lambda id_: _keep(request=id_, resident="") if isinstance(id_, str) and id_ in known else None,
    )


@solara.component
def ResidentCard(worlds: Worlds, common: Troubles, resident: int, root: str, other: int, lang: str) -> None:
    """What a resident thinks and went through in every world."""
    domains = lives_presenter.domain_labels(worlds[0].scenario, lang)
    view = worlds[0].model.resident(resident)
    home = community_label(worlds[0].model.map.ids[view.community.row], lang)
    about = say("compare_resident_title", lang, resident=resident, community=home)
    if view.vulnerable:
        about = f"{about} · {say('compare_life_vulnerable', lang)}"
    heads, rows = lives_presenter.minds_table(worlds, resident, lang)
    with solara.Div(classes=["card", "sf-resident"]):
        Table(name="minds", caption=about, heads=heads, rows=rows, numbers=1)
        table = troubles.of_resident(common, resident)
        if table.empty:
            solara.HTML("p", say("compare_resident_no_needs", lang), classes=["soft"])
        else:
            TroubleTable(
                "own", say("compare_resident_needs", lang), table, domains, root, len(worlds), other, lang, whose=False
            )
