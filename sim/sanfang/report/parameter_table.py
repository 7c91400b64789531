"""The reference of parameters and metrics as one Markdown page, made from their declarations.

python -m sanfang.report.parameter_table > docs/parameters.md
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import groupby
from typing import Any, get_args

from sanfang.metrics.catalogue import METRICS
from sanfang.metrics.declare import GROUPS, Metric
from sanfang.report.markdown import table
from sanfang.report.page_command import print_page
from sanfang.scenario.catalogue import ANY, Parameter, levers, parameters
from sanfang.scenario.scenario import Scenario

INTRODUCTION = """\
# Parameters and metrics

This page is made from the declarations in `sim/sanfang/scenario/` and `sim/sanfang/metrics/`; do not edit
it. Write it anew with `python -m sanfang.report.parameter_table > docs/parameters.md`.

Set a parameter in a scenario file, with `--set PATH=VALUE`, or with `scenario.with_({"PATH": value})`. `*` in a path
stands for a name that the district file chooses. A *lever* is what a policy sets, an *uncertainty* is what nobody knows
exactly, a *constant* is a fact or a convention. A district file replaces many defaults: [data.md](data.md) says with
what, and from which source. Where the source is "assumed", no source was found.
"""

PARAMETER_HEAD = ("Parameter", "Role", "Unit", "Allowed", "Default", "Meaning", "中文", "Source")
LEVER_HEAD = ("Lever", "ID", "Meaning", "中文", "What it does", "Ledger heading of its price", "Price", "What it moves")
METRIC_HEAD = ("Metric", "Unit", "Better", "Days", "Of", "Meaning", "中文")
ONE_PLACE = ("policy", f"policy_by_community.{ANY}")
"""Sections that hold levers; they have a table of their own."""


def parameter_table() -> str:
    """The whole page, ending in a newline."""
    return "\n".join([INTRODUCTION, *_sections(), *_levers(), *_metrics()])


def _sections() -> Iterator[str]:
    kept = (parameter for parameter in parameters() if parameter.section not in ONE_PLACE)
    for section, group in groupby(kept, key=lambda parameter: parameter.section):
        yield f"## {f'`{section}`' if section else 'The scenario itself'}\n"
        yield f"{_about(section)}\n"
        yield from table(PARAMETER_HEAD, (_parameter_row(parameter) for parameter in group))


def _about(section: str) -> str:
    """What a section's own docstring says of it."""
    if not section:
        return inspect.cleandoc(Scenario.__doc__ or "")
    kind: Any = Scenario.model_fields[section.partition(".")[0]].annotation
    return inspect.cleandoc((get_args(kind)[1] if ANY in section else kind).__doc__ or "")


def _parameter_row(parameter: Parameter) -> tuple[str, ...]:
    if parameter.kind in ("number", "whole number"):
        allowed = f"{_value(parameter.ge)} to {_value(parameter.le)}"
    else:
        allowed = parameter.allowed
    return (
        f"`{parameter.name}`",
        parameter.role,
        parameter.unit,
        allowed,
        _value(parameter.default),
        parameter.label_en,
        parameter.label_zh,
        parameter.source,
    )


def _levers() -> Iterator[str]:
    yield "## `policy`\n"
    yield (
        "Every lever is 0 before the reform and 1 when it is complete. A value is a number from 0 to 1, or a\n"
        "schedule `[[day, level], ...]`; `service_scope` may also be a list of domains. *Price* names the parameters\n"
        "of `prices` that say what one event of it costs; *What it moves* is what must move, all else equal.\n"
        "`policy_by_community.c007.authority = 1` sets a lever in one community only; `present.authority = 0.3` says\n"
        "that the district has so much of it before day 0, which is the policy of the scenario `before`.\n"
        "`years_before.workforce.leaving_base = 0.15` says what a condition was before day 0 where it was otherwise\n"
        "([writing.md](writing.md)).\n"
    )
    yield from table(LEVER_HEAD, map(_lever, levers()))


def _lever(lever: Parameter) -> tuple[str, ...]:
    prices = ", ".join(f"`{path.rpartition('.')[2]}`" for path in lever.price)
    metric, direction = lever.signature
    return (
        f"`{lever.name}`",
        lever.ids,
        lever.label_en,
        lever.label_zh,
        lever.acts,
        f"`{lever.heading}`",
        prices,
        f"`{metric}` {direction}",
    )


def _metrics() -> Iterator[str]:
    yield "## Metrics of a run\n"
    yield (
        "`run.metrics[name]`. The evaluation window runs from day 0 to the last day, after an empty start from day\n"
        "`run.warm_up`; *Days* is the\n"
        "fewest that it must have for the metric; *Of* says whose groups it can be split by, if any\n"
        "([experiments.md](experiments.md#results-by-group)). How open requests are treated is told in\n"
        "[model.md](model.md#metrics).\n"
    )
    for group, (en, zh) in GROUPS.items():
        yield f"### {en} ({zh})\n"
        members = (metric for metric in METRICS if metric.group == group)
        yield from table(
            METRIC_HEAD,
            (
                (f"`{item.name}`", str(item.unit), item.better or "", str(item.needs.days), _of(item), item.en, item.zh)
                for item in members
            ),
        )


def _of(metric: Metric) -> str:
    """What a metric is of, so that groups of it have one."""
    return metric.of.of if metric.of else ""


def _value(value: Any) -> str:
    if value is None:
        return "any"
    if isinstance(value, tuple):
        if not value:
            return "none"
        return f"1/{len(value)} each" if len(set(value)) == 1 else ", ".join(_value(item) for item in value)
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    return str(value)


if __name__ == "__main__":
    print_page(__doc__, parameter_table)
