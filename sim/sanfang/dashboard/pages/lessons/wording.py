"""Numbers, names and places of a lesson, as they stand in its texts."""

from __future__ import annotations

from functools import cache

from sanfang.dashboard.authored.differences import LESS, MORE, Difference
from sanfang.dashboard.authored.placeholders import PLACEHOLDER
from sanfang.dashboard.authored.tables import Place
from sanfang.dashboard.pages.lessons.lesson import LessonStep
from sanfang.dashboard.pages.lessons.placeholders import OF_THE_PLACE
from sanfang.dashboard.pages.lessons.runs import StepOutcome
from sanfang.dashboard.words import own_label, say
from sanfang.metrics.catalogue import BY_NAME
from sanfang.metrics.declare import Metric
from sanfang.metrics.numbers import number
from sanfang.metrics.units import DAYS, WORKING_HOURS
from sanfang.scenario.catalogue import levers
from sanfang.scenario.scenario import Scenario

NARROW = "\u00a0"
"""A space at which no line breaks."""

# --- Numbers ------------------------------------------------------------------------------------------


def is_share(metric: str) -> bool:
    """Whether a metric is shown as percent."""
    return BY_NAME[metric].unit.share


def as_shown(metric: str, value: float) -> float:
    """A value on the scale that is shown."""
    return 100.0 * value if is_share(metric) else value


def amount(metric: str, value: float, lang: str, digits: int | None = None) -> str:
    """A value with its unit: "12.3 days", "4.5%"; with as many decimals as its size deserves if not told."""
    if value != value:
        return "–"
    text = _number(as_shown(metric, value), digits)
    return f"{text}%" if is_share(metric) else with_unit(text, unit_of(BY_NAME[metric], lang))


def signed(metric: str, change: Difference, lang: str, interval: bool = True) -> str:
    """A difference with its sign, its unit, and maybe its 95 % interval."""
    numbers = [as_shown(metric, value) for value in (change.mean, change.low, change.high)]
    digits = _digits(numbers[0])
    mean, low, high = (number(value, digits, sign=True) for value in numbers)
    text = with_unit(mean, _unit_of_change(metric, lang))
    return f"{text} [{low},{NARROW}{high}]" if interval else text


def moved(metric: str, change: Difference, lang: str) -> str:
    """What a metric did, as a verb with its size: "rose by 2.3 days", "showed no clear change"."""
    size = as_shown(metric, abs(change.mean))
    text = with_unit(_number(size), _unit_of_change(metric, lang))
    return say(f"moved_{worded(change.direction, metric)}", lang, size=text)


def worded(direction: str, metric: str) -> str:
    """The words for a direction: a time gets longer or shorter, other measures rise or fall."""
    return (
        f"{direction}_time"
        if direction in (MORE, LESS) and BY_NAME[metric].unit in (DAYS, WORKING_HOURS)
        else direction
    )


def _digits(value: float) -> int:
    if value == 0 or abs(value) >= 1000:
        return 0
    return 2 if abs(value) < 1 else 1


def digits_beside(metric: str, change: Difference) -> int | None:
    """Decimals of values beside their change, so that the difference of what is shown is what is shown."""
    return _digits(as_shown(metric, change.mean)) or None


def _number(value: float, digits: int | None = None) -> str:
    return number(value, _digits(value) if digits is None or value == 0 else digits)


def unit_of(metric: Metric, lang: str) -> str:
    """The unit of a metric, as it follows a number."""
    return metric.unit.after[lang == "zh"]


def _unit_of_change(metric: str, lang: str) -> str:
    return say("lessons_unit_points", lang) if is_share(metric) else unit_of(BY_NAME[metric], lang)


def with_unit(text: str, unit: str) -> str:
    """A number and its unit, on one line."""
    return f"{text}{NARROW}{unit}" if unit else text


# --- Texts --------------------------------------------------------------------------------------------


def filled(text: str, result: StepOutcome, lang: str) -> str:
    """A text with what was measured in place of its placeholders."""
    return PLACEHOLDER.sub(lambda match: _fill(result, lang, *match.groups(default="")), text)


def placed(text: str, where: Place) -> str:
    """A text that stands before the runs, with its place filled in."""
    return PLACEHOLDER.sub(lambda match: _of_setting(where, match[1]), text)


def placed_only(text: str, where: Place) -> str:
    """A text that stands after the runs, with its place filled in and nothing else."""
    return PLACEHOLDER.sub(lambda match: _of_setting(where, match[1]) if match[1] in OF_THE_PLACE else match[0], text)


def _of_setting(where: Place, word: str) -> str:
    numbers = {"replications": where.replications, "residents": where.residents, "days": where.days}
    return f"{numbers[word]:,}"


def _fill(result: StepOutcome, lang: str, word: str, arm: str, metric: str) -> str:
    step, where = result.step, result.place
    metric = metric or step.measure
    arm = arm or result.judged
    if word == "value":
        return amount(
            metric, result.mean(arm, metric), lang, digits_beside(metric, result.change(result.judged, metric))
        )
    if word == "change":
        return signed(metric, result.change(arm, metric), lang)
    if word == "moved":
        return moved(metric, result.change(arm, metric), lang)
    if word in ("best", "second"):
        return arm_label(step, result.ranked[word == "second"], lang)
    if word in ("together", "sum", "contrast"):
        return gain(result, word, lang)
    return _of_setting(where, word)


def gain(result: StepOutcome, which: str, lang: str) -> str:
    metric = result.step.measure
    if which == "contrast":
        return signed(metric, result.contrast, lang)
    sum_ = float(result.sum_of_parts.mean())
    change = result.change(result.judged, metric) if which == "together" else Difference(sum_, sum_, sum_)
    return signed(metric, change, lang, interval=False)


def arm_label(step: LessonStep, id_: str, lang: str) -> str:
    """What an arm is called."""
    arm = next(arm for arm in step.arms if arm.id == id_)
    return arm.label.say(lang) if arm.label else _scenario_label(arm.scenario, lang)


def _scenario_label(name: str, lang: str) -> str:
    return own_label(Scenario.load(name), lang, name)


@cache
def lever_labels(lang: str) -> dict[str, str]:
    """Labels of the levers by name."""
    return {parameter.name: parameter.label(lang) for parameter in levers()}
