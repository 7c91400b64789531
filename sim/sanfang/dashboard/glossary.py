"""The glossary, in Chinese and English side by side, as one Markdown page.

Terms of the model stand in `terms.toml`; labels of levers, metrics and headings come from their declarations, words of
pages from `words.toml`. A test holds pages to the words of the terms.

python -m sanfang.dashboard.glossary > docs/glossary.md
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sanfang.dashboard.words import texts
from sanfang.metrics.catalogue import METRICS
from sanfang.metrics.declare import GROUPS
from sanfang.model.books.headings import HOUR_GROUPS, LABELS
from sanfang.report.markdown import table
from sanfang.report.page_command import print_page
from sanfang.scenario.catalogue import levers


class Term(NamedTuple):
    """A term of the model: what it is called, what it is, and the words that pages do not use for it."""

    en: str
    zh: str
    says: str
    says_zh: str
    instead_of: tuple[str, ...] = ()


def _terms_of(path: Path) -> tuple[Term, ...]:
    """The terms in a file, in its order."""
    given = tomllib.loads(path.read_text("utf-8"))["term"]
    return tuple(Term(**{**term, "instead_of": tuple(term.get("instead_of", ()))}) for term in given)


TERMS = _terms_of(Path(__file__).with_name("terms.toml"))

INTRODUCTION = """\
# Glossary 词汇表

One word a thing, in both languages, on every page. This page is made from `sim/sanfang/dashboard/terms.toml`, the
declarations of levers, metrics and headings, and the pages' words; do not edit it. Write it anew with
`python -m sanfang.dashboard.glossary > docs/glossary.md`. What parameters mean is in [parameters.md](parameters.md),
how the parts work in [model.md](model.md).
"""

PARTS = {
    "page": "Pages 页面",
    "measure": "Measures by day 逐日指标",
    "kind": "Kinds of problems 问题类别",
    "state": "What became of a problem 问题去向",
    "channel": "How a problem comes to be known 发现渠道",
    "tier": "Who works on it 办理层级",
    "group": "Groups of levers 措施分组",
}
"""Words of pages that are names of things: the beginning of their keys, and a heading."""


def glossary() -> str:
    """The whole page, ending in a newline."""
    return "\n".join([INTRODUCTION, *_terms(), *_levers(), *_metrics(), *_headings(), *_words()])


def named() -> Iterator[tuple[str, str]]:
    """English and Chinese of every thing that has a name of its own, terms apart."""
    yield from ((lever.label_en, lever.label_zh) for lever in levers())
    yield from ((metric.en, metric.zh) for metric in METRICS)
    yield from LABELS.values()
    yield from HOUR_GROUPS.values()
    yield from ((text["en"], text["zh"]) for key, text in texts().items() if key.split("_")[0] in PARTS)


def _terms() -> Iterator[str]:
    yield "## Terms of the model 模型用语\n"
    yield from table(("English", "中文", "What it is", "说明"), (term[:4] for term in TERMS))


def _levers() -> Iterator[str]:
    yield "## Levers 政策措施\n"
    rows = (
        (f"`{lever.name}`", lever.label_en, lever.label_zh, lever.acts, lever.acts_zh)
        for lever in levers(extensions=False)
    )
    yield from table(("Name", "English", "中文", "What it does", "如何起作用"), rows)


def _metrics() -> Iterator[str]:
    yield "## Metrics 指标\n"
    for group, (en, zh) in GROUPS.items():
        yield f"### {en} {zh}\n"
        rows = (
            (f"`{metric.name}`", metric.en, metric.zh, metric.unit.name, metric.unit.zh)
            for metric in METRICS
            if metric.group == group
        )
        yield from table(("Name", "English", "中文", "Unit", "单位"), rows)


def _headings() -> Iterator[str]:
    yield "## Headings of the ledger 工时经费账科目\n"
    yield from table(("Name", "English", "中文"), ((f"`{name}`", *words) for name, words in LABELS.items()))


def _words() -> Iterator[str]:
    for part, heading in PARTS.items():
        yield f"## {heading}\n"
        rows = ((text["en"], text["zh"]) for key, text in texts().items() if key.split("_")[0] == part)
        yield from table(("English", "中文"), rows)


if __name__ == "__main__":
    print_page(__doc__, glossary)
