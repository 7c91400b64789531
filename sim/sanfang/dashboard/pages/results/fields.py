"""What can be chosen of an open entry on the Results page: metric, axes, scenario, groups."""

from __future__ import annotations

from sanfang.dashboard.pages.results.choice import ResultChoice, Shown, metrics_by_group
from sanfang.dashboard.pages.results.labels import factor_label, metric_label, scenario_label
from sanfang.dashboard.pages.results.pieces import select
from sanfang.dashboard.pages.results.runs import Opened
from sanfang.dashboard.pages.results.tables import SCENARIO, axes
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.words import say
from sanfang.metrics.catalogue import BY_NAME, knowing
from sanfang.metrics.groups import DIMENSIONS


def published_fields(shown: Shown, choice: ResultChoice, lang: str) -> list[Json]:
    """The metrics that an experiment publishes."""
    names = dict.fromkeys(finding.metric for finding in shown.file.found) if shown.file else {}
    labels = {name: metric_label(name, lang) for name in names}
    return [select("metric", say("results_metric", lang), choice.metric, labels)]


def run_fields(shown: Shown, choice: ResultChoice, lang: str) -> list[Json]:
    """What the view of runs can be asked."""
    opened = shown.opened
    assert opened is not None, "these views need runs"
    with knowing(opened.own):
        metrics = {name: metric_label(name, lang) for name in sorted(opened.metrics, key=_declared)}
    if choice.view == "groups":
        metrics = {name: label for name, label in metrics.items() if name in metrics_by_group(opened, choice.by)}
    fields = [select("metric", say("results_metric", lang), choice.metric, metrics)]
    if choice.view == "groups":
        return fields + _group_fields(opened, choice, lang)
    if choice.view == "tradeoff":
        others = {name: label for name, label in metrics.items() if name != choice.metric}
        return [*fields, select("against", say("results_against_metric", lang), choice.against, others)]
    if choice.view == "surface":
        return fields + _surface_fields(opened, choice, lang)
    if choice.view == "effects" and len(opened.scenarios) > 1 and axes(opened) != [SCENARIO]:
        return fields + _effect_fields(opened, choice, lang)
    return fields


def _group_fields(opened: Opened, choice: ResultChoice, lang: str) -> list[Json]:
    """By what residents and needs are grouped, and in which scenario."""
    by = {name: DIMENSIONS[name].label(lang) for name in opened.by}
    fields = [select("by", say("results_by", lang), choice.by, by)]
    if len(opened.scenarios) > 1:
        labels = {name: scenario_label(name, lang) for name in opened.scenarios if name != opened.baseline}
        fields.append(select("which", say("results_which", lang), choice.which, labels))
    return fields


def _surface_fields(opened: Opened, choice: ResultChoice, lang: str) -> list[Json]:
    """The two axes of the heat map, and what its cells show."""
    several = len(opened.scenarios) > 1
    varied = {name: factor_label(opened, name, lang) for name in axes(opened)}
    fields = [select("x", say("results_x", lang), choice.x, varied)]
    if len(varied) > 1:
        ups = {name: label for name, label in varied.items() if name != choice.x}
        fields.append(select("y", say("results_y", lang), choice.y, ups))
    difference = say(f"results_difference_to_{'baseline' if several else 'lowest'}", lang)
    statistics = {"mean": say("results_statistic_mean", lang), "difference": difference}
    fields.append(select("statistic", say("results_statistic", lang), choice.statistic, statistics))
    if several and SCENARIO not in (choice.x, choice.y):
        labels = {name: scenario_label(name, lang) for name in opened.scenarios}
        fields.append(select("which", say("results_which", lang), choice.which, labels))
    return fields


def _effect_fields(opened: Opened, choice: ResultChoice, lang: str) -> list[Json]:
    """Whose effects: those of scenarios, or of the factors in one of them."""
    labels = {"": say("results_which_scenarios", lang)}
    for name in opened.scenarios:
        labels[name] = say("results_which_factors", lang, scenario=scenario_label(name, lang))
    fields = [select("which", say("results_statistic", lang), choice.which, labels)]
    if choice.which not in ("", opened.baseline):
        of = {kind: say(f"results_effect_on_{kind}", lang) for kind in ("mean", "difference")}
        fields.append(select("statistic", say("results_effect_on", lang), choice.statistic, of))
    return fields


def _declared(name: str) -> int:
    return list(BY_NAME).index(name) if name in BY_NAME else len(BY_NAME)
