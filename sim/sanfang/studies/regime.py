"""The state before the reform beside published figures, and how far the headline depends on what is assumed.

`python -m sanfang.studies.regime > docs/regime.md` makes the page: one run of Licang at full size, the
comparison of the demo once at full size, and the headline over the ranges of what has no source.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pandas as pd

from sanfang.lab.comparison import Comparison, compare
from sanfang.metrics.catalogue import PUBLISHED_HEADLINES, metric
from sanfang.report.markdown import table
from sanfang.report.page_command import print_page
from sanfang.run.simulation import Run, simulate
from sanfang.scenario.content import folders
from sanfang.scenario.scenario import Scenario

HEADLINE = ("before", "unfunded", "three-devolutions", "three-devolutions-two-refinements")
SETTLED_FROM, SETTLED_TO = 90, 320
"""Requests voiced on these days had time to be closed within the year."""

RANGES: tuple[tuple[str, float, float], ...] = (
    ("staffing.officers_per_10k", 8.5, 14.0),
    ("staffing.street_per_10k", 6.5, 15.0),
    ("staffing.street_movable", 0.24, 0.6),
    ("staffing.department_movable", 0.0, 0.3),
    ("tasks.load", 0.3, 0.6),
    ("tasks.own_load", 0.2, 0.5),
    ("tasks.street_load", 0.1, 0.5),
    ("tasks.form_rejected", 0.3, 0.8),
    ("tasks.follow_limit", 0.1, 0.5),
    ("casework.tasks_first", 0.4, 1.0),
    ("casework.chores_yield", 0.0, 1.0),
    ("casework.last_start", 0.0, 1.0),
    ("casework.local_knowledge", 1.0, 1.4),
    ("casework.uneven_decision", 0.02, 0.15),
    ("district.heterogeneity", 0.2, 0.6),
    ("money.operating", 150.0, 360.0),
    ("prices.coordination_hours", 0.1, 0.6),
    ("prices.survey_hours", 4.0, 20.0),
    ("prices.entry_hours", 5.0, 24.0),
    ("prices.management_hours", 0.2, 1.5),
    ("prices.tailoring_hours", 0.2, 1.5),
    ("mind.impatience", 0.15, 0.7),
)
"""Assumptions with the ends of their ranges (units as declared)."""


def page(jobs: int | None = None) -> str:
    """The whole page as Markdown. Takes some minutes."""
    before = Scenario.load("before", district="licang")
    run = simulate(before, seed=1, keep_requests=True, progress=_say("full size"))
    scaled = compare(_scenarios(), reps=5, baseline="before", scale=0.1, jobs=jobs, progress=_say("a tenth"))
    full = compare(_scenarios(), reps=2, baseline="before", jobs=jobs, progress=_say("full size, compared"))
    parts = (_INTRODUCTION, *_regime(run), *_domains(run), *_headline(scaled, full), *_robustness(jobs), _CLOSING)
    return "\n".join(parts)


def _say(what: str) -> Callable[[int, int], None]:
    def say(done: int, total: int) -> None:
        sys.stderr.write(f"\r{what}: {done} of {total}    ")

    return say


def _scenarios(changes: dict[str, float] | None = None) -> list[Scenario]:
    scenarios = [Scenario.load(name, district="licang") for name in HEADLINE]
    return [scenario.with_(changes) for scenario in scenarios] if changes else scenarios


_INTRODUCTION = """# The state before the reform, and what the headline rests on

Made by `python -m sanfang.studies.regime`; numbers are those of the program, not of this page's author.

## Licang before the reform

One run of the scenario `before` on Licang at full size, a year, days 90 to 365 evaluated, beside figures published
elsewhere (sources in `scenarios/districts/licang_published.csv`). Licang publishes none of these itself. Only the times
of hotline requests were calibrated (posts of three departments, within their ranges). Rows with a star are no test:
the parameter behind them was chosen with such a figure in view (see data.md). The other rows are what came out.
"""

_CLOSING = """
## What does not match, and why

- **Rates of satisfaction.** Published call-back rates are 93 to 99 %. How many of the dissatisfied answer politely is
  set so that the model's indicator lies there: it agrees by setting, and is no test. The model's true satisfaction is
  lower still, as unprompted ratings elsewhere are.
- **On-time rates.** Published ones (97 to 100 %) count any reply within the limit; the model counts a resolution,
  and counts requests that were given up.
- **The share of hours on tasks from above** has no published base; the nearest survey (Hebei) is ambiguous.
- **Days by domain** follow the spread of American records, levelled to Chinese ones; no Chinese city publishes them.
- Licang's own counts of communities, grid workers, posts and fund money were not to be had: they are assumed, with
  ranges, and the table above shows how far the headline moves over these.
"""


def _regime(run: Run) -> Iterator[str]:
    metrics, cases = run.metrics, run.requests
    settled = cases[cases["voiced"].between(SETTLED_FROM, SETTLED_TO)]
    hotline = settled[settled["channel"] == "hotline"]
    closed = hotline[hotline["outcome"].isin(["resolved", "unresolved"])]
    days = closed["closed"] - closed["voiced"]
    tiers = closed["tier"].value_counts(normalize=True)
    assert run.model is not None
    residents = len(run.model.residents.satisfaction)
    per_year = len(hotline) / residents / (SETTLED_TO - SETTLED_FROM) * 365
    rows = [
        ("Utilisation of community staff", metrics["utilisation_community"], "none; 0.75 to 0.98 is held plausible"),
        ("Utilisation of all staff", metrics["utilisation"], ""),
        ("Base hours on tasks from above *", metrics["tasks_from_above_share"], quoted("share_tasks_inspections")),
        ("Hotline: mean days to close *", days.mean(), quoted("days_mean")),
        ("Hotline: median days *", days.median(), quoted("days_median")),
        ("Hotline: 90th percentile of days *", days.quantile(0.9), quoted("days_p90")),
        ("Hotline: closed within 7 days", (days <= 7).mean(), quoted("share_within_7_days")),
        ("Hotline: closed within 15 days", (days <= 15).mean(), quoted("share_within_15_days")),
        (
            "Hotline: dispatched per resident-year *",
            per_year,
            "0.15 (0.386 contacts in Qingdao, 40 % dispatched)",
        ),
        ("Hotline: handled by departments *", tiers.get("department", 0.0), quoted("share_to_departments")),
        ("Resolution rate", metrics["resolution_rate"], quoted("resolution_rate")),
        ("Rating rate (call-back) *", metrics["rating_rate"], quoted("satisfaction_rate_published")),
        ("Resolved within the limit", metrics["on_time_rate"], quoted("share_on_time")),
        ("Answered within the limit", metrics["response_rate"], ""),
        ("Repeat rate", metrics["repeat_rate"], quoted("repeat_rate")),
        ("Turnover per year", metrics["turnover_rate"], quoted("turnover")),
        ("Given up", metrics["withdrawn_rate"], ""),
        ("True satisfaction (mean)", metrics["satisfaction"], "0.51 satisfied, unprompted, before a reform elsewhere"),
    ]
    yield from table(("Figure", "Model", "Published"), [(name, f"{value:.2f}", known) for name, value, known in rows])


def _domains(run: Run) -> Iterator[str]:
    yield "\n## Days to resolve, by domain\n"
    yield "Requests of all channels voiced on days 90 to 320; the last column has those given up or never resolved.\n"
    cases = run.requests[run.requests["voiced"].between(SETTLED_FROM, SETTLED_TO)]
    rows = []
    for name, domain in run.scenario.domains.items():
        own = cases[cases["domain"] == name]
        days = (own["closed"] - own["voiced"])[own["outcome"] == "resolved"]
        unsolved = 1 - (own["outcome"] == "resolved").mean()
        numbers = (days.mean(), days.median(), days.quantile(0.9))
        label = f"{domain.label_en} {domain.label_zh}"
        rows.append((label, f"{len(own):,}", *(f"{number:.1f}" for number in numbers), f"{unsolved:.2f}"))
    yield from table(("Domain", "Requests", "Mean", "Median", "90 %", "Not resolved"), rows)


def _headline(scaled: Comparison, full: Comparison) -> Iterator[str]:
    yield "\n## The headline, at a tenth and at full size\n"
    yield (
        "Paired differences to `before` with 95 % t intervals; 5 replications at a tenth of the communities (the "
        "demo), 2 at full size. A tenth has smaller departments, which lose pooling; hence the shift.\n"
    )
    rows = []
    for item in map(metric, PUBLISHED_HEADLINES):
        for name in HEADLINE[1:]:
            cells = [_difference(size, name, item.name) for size in (scaled, full)]
            rows.append((item.en, f"`{name}`", *cells))
    yield from table(("Outcome", "Scenario", "A tenth", "Full size"), rows)
    base = {size: compared.means.set_index(["scenario", "metric"])["mean"]["before"] for size, compared in
            (("a tenth", scaled), ("full size", full))}  # fmt: skip
    for size, means in base.items():
        values = ", ".join(f"{item.en.lower()} {means[item.name]:.3f}" for item in map(metric, PUBLISHED_HEADLINES))
        yield f"\nMean of `before` at {size}: {values}."


def _difference(comparison: Comparison, scenario: str, metric: str) -> str:
    differences = comparison.differences
    row = differences[(differences["scenario"] == scenario) & (differences["metric"] == metric)].iloc[0]
    return f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"


def _robustness(jobs: int | None) -> Iterator[str]:
    yield "\n## Over the ranges of what is assumed\n"
    yield (
        "Each assumption at the ends of its range, all else as it is: difference to `before` (itself under the same "
        "assumption) at a tenth of the size, 2 replications; satisfaction | days to resolve | share wasted.\n"
    )
    rows = []
    for path, low, high in RANGES:
        for value in (low, high):
            compared = compare(_scenarios({path: value}), reps=2, baseline="before", scale=0.1, jobs=jobs,
                            progress=_say(f"{path}={value}"))  # fmt: skip
            cells = [_short(compared, name) for name in HEADLINE[1:]]
            rows.append((f"`{path}` = {value:g}", *cells))
    yield from table(("Assumption", *(f"`{name}`" for name in HEADLINE[1:])), rows)


def _short(comparison: Comparison, scenario: str) -> str:
    differences = comparison.differences
    own = differences[differences["scenario"] == scenario].set_index("metric")["difference"]
    first, second, third = (own[name] for name in PUBLISHED_HEADLINES)
    return f"{first:+.3f} | {second:+.1f} | {third:+.3f}"


def quoted(figure: str) -> str:
    """The published values of a figure, with their places."""
    paths = [folder / "districts" / "licang_published.csv" for folder in folders("scenarios")]
    figures = pd.read_csv(next(path for path in paths if path.exists()))
    rows = figures[(figures["figure"] == figure) & (figures["use"] == "compare")]
    return ", ".join(f"{float(value):g} ({place})" for value, place in zip(rows["value"], rows["place"], strict=True))


if __name__ == "__main__":
    print_page(__doc__, lambda: page() + "\n")
