"""The Glossary page: terms of the model, levers and metrics, each with what it is, and its other name."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator

import solara

from sanfang.dashboard.declare import Page
from sanfang.dashboard.glossary import TERMS
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.words import LANGUAGES, say
from sanfang.metrics.catalogue import METRICS
from sanfang.metrics.declare import GROUPS
from sanfang.scenario.catalogue import levers

Row = tuple[str, str, str]


def parts(lang: str) -> Iterator[tuple[str, str, list[Row]]]:
    """Id, heading and rows of each part: name, name in the other language, what it is."""
    zh = lang == "zh"

    def row(en: str, in_chinese: str, says: str, says_zh: str) -> Row:
        return (in_chinese, en, says_zh) if zh else (en, in_chinese, says)

    yield "terms", say("glossary_terms", lang), [row(*term[:4]) for term in TERMS]
    of_levers = [row(one.label_en, one.label_zh, one.acts, one.acts_zh) for one in levers()]
    yield "levers", say("glossary_levers", lang), of_levers
    of_metrics = [
        row(one.en, one.zh, f"{GROUPS[one.group][0]} · {one.unit.name}", f"{GROUPS[one.group][1]} · {one.unit.zh}")
        for one in METRICS
    ]
    yield "metrics", say("glossary_metrics", lang), of_metrics


@solara.component
def GlossaryPage() -> None:
    """A table for each part."""
    lang = viewer.lang()
    with solara.Div(classes=["sf-stack"]):
        solara.HTML("p", say("glossary_about", lang), classes=["soft"])
        for id_, heading, rows in parts(lang):
            with solara.Div(classes=["card"]):
                solara.HTML("h2", heading, attributes={"id": f"glossary-{id_}"})
                about = {"tabindex": "0", "role": "region", "aria-label": heading}
                solara.HTML("div", table(rows, lang), classes=["sf-scroll"], attributes=about)


def table(rows: Iterable[Row], lang: str) -> str:
    """Rows as a table of HTML."""
    other = next(one for one in LANGUAGES if one != lang)
    heads = (say("glossary_name", lang), say("glossary_other", lang), say("glossary_says", lang))
    head = "".join(f'<th scope="col">{word}</th>' for word in heads)
    body = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td lang="{other}">{html.escape(elsewhere)}</td>'
        f"<td>{html.escape(says)}</td></tr>"
        for name, elsewhere, says in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


PAGE = Page("/glossary", 9, GlossaryPage)
