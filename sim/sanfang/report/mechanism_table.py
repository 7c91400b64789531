"""Every mechanism of the article as one page: what it acts through, what it costs, where it shows, what was found.

`python -m sanfang.report.mechanism_table > docs/mechanisms.md` makes the page and its figures from the published
numbers in `experiments/mechanisms/`; no run is made. `sanfang reproduce mechanisms` makes the numbers again.
"""

from __future__ import annotations

from collections.abc import Iterator

from sanfang.lab.experiments.experiment_file import Finding
from sanfang.lab.statistics import looks
from sanfang.lab.statistics.looks import Verdict
from sanfang.metrics.catalogue import PUBLISHED_HEADLINES, metric
from sanfang.metrics.numbers import decimals_of, with_interval
from sanfang.report.markdown import table
from sanfang.report.mechanism_figures import FIGURES, draw
from sanfang.report.mechanisms import (
    AGAINST,
    AS_EXPECTED,
    GROUPS,
    NEGLIGIBLE,
    UNDECIDED,
    Mechanism,
    families,
    mechanisms,
)
from sanfang.report.page_command import print_page
from sanfang.scenario import catalogue
from sanfang.scenario.catalogue import find

EFFECTS = (*PUBLISHED_HEADLINES, "cost_per_resolved_need")

VERDICTS = {AS_EXPECTED: "符合预期", AGAINST: "与文章相反", NEGLIGIBLE: "小到无关紧要", UNDECIDED: "无法判定"}

INTRODUCTION = """\
# The mechanisms of the article, one by one

This page is made from the files in `experiments/mechanisms/` and from the declarations of levers, parameters and
metrics; do not edit it. Write it anew with `python -m sanfang.report.mechanism_table > docs/mechanisms.md`.

Each row of the article's list is an experiment: the same district with and without one mechanism, on the same
troubles ({replications} replications of a year, district `{district}`, paired by seed), and *one* metric, its
signature, named before the runs were made, from how the mechanism acts. Runs begin in an empty district
(`run.start = "empty"`, with the months of the first edition), whose first 90 days are left out: how a mechanism acts
shows there, not what a reform does to a district as it stands ([mechanisms-on-licang.md](mechanisms-on-licang.md),
[second-edition.md](second-edition.md)). Differences are
given with 95 % t intervals; levers go from 0 to 1. For a dilemma, which the state before the reform has, the difference
is *before* minus a district that is spared it. In the figures the line is zero and the blue side the expected one.

A verdict asks whether a difference is larger than the smallest one of interest, which is a convention:
{smallest}. It is
*as expected* if the difference surely lies beyond that on the side that the article expects, *against the article* if
it does so on the other side, *too small to matter* if it is surely smaller, and *cannot be told* otherwise. Sure means
that the chance of any wrong verdict is 5 % for all {signatures} signatures together, and for all {effects} effects
further down together (Holm 1979; see [statistics](statistics.md#many-looks)). An interval without zero is therefore not
enough.

A signature shows that a mechanism acts as it is said to act, not that it pays: effects on satisfaction, days and waste
are [further down](#what-each-does-to-satisfaction-days-and-waste). `sanfang reproduce mechanisms` makes all numbers
again (`--quick` tries ten other seeds), `sanfang reproduce mechanisms/F2a` one row. What holds on `{district}`, where
offices are small and pool little, need not hold at the size of Licang; of so many intervals at 95 % some miss.
That a lever at 0 is the same as no lever, to the last bit, is tested in `tests/lab/test_mechanism_files.py`.
"""


def mechanism_table(rows: list[Mechanism]) -> str:
    """The whole page as Markdown, ending in a newline."""
    first = rows[0].experiment
    signatures, others = map(len, families(rows))
    introduction = INTRODUCTION.format(
        replications=first.replications.min,
        district=first.file.district,
        smallest=looks.sizes(metric(finding.metric) for row in rows for finding in row.experiment.found),
        signatures=signatures,
        effects=others,
    )
    parts = [introduction, *_summary(rows)]
    for letter, (en, zh) in GROUPS.items():
        members = [row for row in rows if row.id.startswith(letter)]
        parts += [f"## {en} {zh}\n", *_what(members), *_found(members)]
    return "\n".join([*parts, *_discussion(rows), *_effects(rows), *_besides(rows)])


def _summary(rows: list[Mechanism]) -> Iterator[str]:
    """How many signatures came out as expected, and which levers leave residents and taxpayers better off."""
    yield "## At a glance\n"
    counted = (
        (f"{verdict} {zh}", str(len(members)), ", ".join(row.id for row in members))
        for verdict, zh in VERDICTS.items()
        for members in [[row for row in rows if row.verdict == verdict]]
    )
    yield from table(("Signature", "Rows", "Which"), counted)
    yield "The other question is what it is good for. Each row's levers at 1, with the same public hours and money:\n"
    pulled = [row for row in rows if not row.is_dilemma]
    head = ("Effect on", "better 更好", "too small 过小", "cannot be told 无法判定", "worse 更差")
    yield from table(head, ((metric(name).en, *_sorted_by_effect(pulled, name)) for name in EFFECTS))


def _sorted_by_effect(rows: list[Mechanism], name: str) -> Iterator[str]:
    """The rows under which a metric is better, changes too little, cannot be told from before, and is worse."""
    better = metric(name).better or "higher"
    for verdict in (better, "negligible", "undecided", "lower" if better == "higher" else "higher"):
        yield ", ".join(row.id for row in rows if _effect(row, name) == verdict)


def _effect(row: Mechanism, name: str) -> Verdict:
    finding = row.finding(name)
    return row.verdicts[finding] if finding else "undecided"


def _what(rows: list[Mechanism]) -> Iterator[str]:
    """What the article says, how it acts in the model, and what it costs."""
    if rows[0].is_dilemma:
        conditions = ("ID", "Dilemma", "The article says", "Condition, and what it is without the dilemma")
        yield from table(conditions, ((row.id, row.label, row.claim.says, _condition(row)) for row in rows))
        return
    yield (
        "Levers act in [model/policy.py](../sim/sanfang/model/policy.py); [the table of levers](model.md#the-levers) "
        "names the files in which what they set is read.\n"
    )
    head = ("ID", "Mechanism", "The article says", "Lever and how it acts", "Price (heading)")
    yield from table(head, ((row.id, row.label, row.claim.says, _acts(row), _price(row)) for row in rows))


def _condition(row: Mechanism) -> str:
    before = {path: value for path, _, value in catalogue.values(row.experiment.bases["before"])}
    parts = []
    for path, value in row.settings.items():
        parameter = find(path)
        assert parameter is not None, path
        section = f"[`{parameter.section}`](parameters.md#{parameter.section})"
        parts.append(f"{section} `{parameter.name}`, {parameter.label_en}: {before[path]:g} → {value:g}")
    return "; ".join(parts) + _setting(row)


def _acts(row: Mechanism) -> str:
    return " ".join(f"`{lever.name}`: {lever.acts}" for lever in row.levers) + _setting(row)


OF_ALL = ("run.start", "calendar.month_profile")
"""Settings that all of them share, told at the top of the page."""


def _setting(row: Mechanism) -> str:
    """What both sides of the contrast have beside the state before the reform."""
    settings = {path: value for path, value in row.experiment.file.settings.items() if path not in OF_ALL}
    both = ", ".join(f"`{path}` = {value:g}" for path, value in settings.items())
    return f" (Both sides with {both}.)" if both else ""


def _price(row: Mechanism) -> str:
    return ", ".join(f"`{lever.heading}`" for lever in row.levers)


def _found(rows: list[Mechanism]) -> Iterator[str]:
    """The signature, and what came out."""
    head = ("ID", "Signature", "Because", "Expected", "Found", "", "Verdict")
    body = (
        (
            f"[{row.id}](../experiments/mechanisms/{row.id}.toml)",
            f"{row.signature.en} {row.signature.zh}",
            row.claim.because,
            row.claim.expected,
            f"{numbers(row.main)} (n = {row.main.replications})",
            f"![{row.verdict}](images/mechanisms/{row.id}.svg)",
            f"{row.verdict} {VERDICTS[row.verdict]}",
        )
        for row in rows
    )
    yield from table(head, body)


def _discussion(rows: list[Mechanism]) -> Iterator[str]:
    shown = [row for row in rows if row.verdict == AS_EXPECTED]
    worse = [row for row in shown if _backfires(row)]
    yield from _comments(
        "Where the article is contradicted, or nothing shows", [row for row in rows if row not in shown]
    )
    yield from _comments("Where the signature shows, and residents are no happier for it", worse)
    yield from _comments("Remarks on the others", [row for row in shown if row not in worse])


def _backfires(row: Mechanism) -> bool:
    """Whether satisfaction is lower with a mechanism, or higher with a dilemma."""
    return _effect(row, "satisfaction") == ("higher" if row.is_dilemma else "lower")


def _comments(title: str, rows: list[Mechanism]) -> Iterator[str]:
    yield f"## {title}\n"
    for row in (row for row in rows if row.claim.comment):
        verdict = "" if row.verdict == AS_EXPECTED else f" ({row.verdict})"
        yield f"- **{row.id}, {row.label}**{verdict}. {row.claim.comment}"
    yield ""


def _effects(rows: list[Mechanism]) -> Iterator[str]:
    yield "## What each does to satisfaction, days and waste\n"
    yield (
        "The same runs, the headline metrics; bold where surely larger than the smallest difference of interest. For\n"
        "a dilemma it is again what the dilemma does. Each mechanism is alone here; what they do together is another\n"
        "matter.\n"
    )
    head = ("ID", "Mechanism", "", *(f"{metric(name).en} {metric(name).zh}" for name in EFFECTS))
    yield from table(head, (_effects_row(row, case) for row in rows for case in row.cases))


def _effects_row(row: Mechanism, case: tuple[str, int]) -> tuple[str, ...]:
    findings = [row.finding(name, case) for name in EFFECTS]
    numbers_found = ("" if finding is None else _bold(row, finding) for finding in findings)
    return (row.id, row.experiment.label_en, row.case_label(case), *numbers_found)


def _bold(row: Mechanism, finding: Finding) -> str:
    text = numbers(finding)
    return f"**{text}**" if row.verdicts[finding] in ("higher", "lower") else text


def _besides(rows: list[Mechanism]) -> Iterator[str]:
    """Published metrics that are neither a signature nor a headline."""
    yield "## What else was measured\n"
    body = (
        (row.id, row.case_label((finding.scenario, finding.point)), metric(finding.metric).en, _bold(row, finding))
        for row in rows
        for finding in row.experiment.found
        if finding.metric not in EFFECTS and finding is not row.main
    )
    yield from table(("ID", "Where", "Metric", "Difference"), body)


def numbers(finding: Finding) -> str:
    """Difference and interval, with as many decimals as the interval deserves."""
    decimals = decimals_of(finding.low, finding.high) or 0
    return with_interval(finding.difference, finding.low, finding.high, decimals, sign=True)


def drawn_page() -> str:
    """The page, with its figures drawn into `FIGURES`."""
    every = mechanisms()
    draw(every, FIGURES)
    return mechanism_table(every)


if __name__ == "__main__":
    print_page(__doc__, drawn_page)
