"""What a step's runs showed, as texts and plain dicts for the page, in the viewer's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from sanfang.dashboard.address import Address, World
from sanfang.dashboard.pages.lessons.lesson import PLACEHOLDER, UNCLEAR, Arm, Lesson, Place, Step
from sanfang.dashboard.pages.lessons.runs import Difference, Found, score, verdict
from sanfang.dashboard.presenters import colours
from sanfang.dashboard.presenters.chart import Json, chart
from sanfang.dashboard.words import own_label, say
from sanfang.metrics.by_day import WINDOW
from sanfang.metrics.catalogue import BY_NAME
from sanfang.metrics.declare import Metric
from sanfang.metrics.numbers import number
from sanfang.run.series import MEASURES
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
    return f"{text}%" if is_share(metric) else _with_unit(text, _unit(BY_NAME[metric], lang))


def signed(metric: str, change: Difference, lang: str, interval: bool = True) -> str:
    """A difference with its sign, its unit, and maybe its 95 % interval."""
    numbers = [as_shown(metric, value) for value in (change.mean, change.low, change.high)]
    digits = _digits(numbers[0])
    mean, low, high = (number(value, digits, sign=True) for value in numbers)
    text = _with_unit(mean, _unit_of_change(metric, lang))
    return f"{text} [{low},{NARROW}{high}]" if interval else text


def moved(metric: str, change: Difference, lang: str) -> str:
    """What a metric did, as a verb with its size: "rose by 2.3 days", "showed no clear change"."""
    size = as_shown(metric, abs(change.mean))
    text = _with_unit(_number(size), _unit_of_change(metric, lang))
    return say(f"lessons_moved_{change.direction}", lang, size=text)


def _digits(value: float) -> int:
    if value == 0 or abs(value) >= 1000:
        return 0
    return 2 if abs(value) < 1 else 1


def _digits_beside(metric: str, change: Difference) -> int | None:
    """Decimals of values beside their change, so that the difference of what is shown is what is shown."""
    return _digits(as_shown(metric, change.mean)) or None


def _number(value: float, digits: int | None = None) -> str:
    return number(value, _digits(value) if digits is None or value == 0 else digits)


def _unit(metric: Metric, lang: str) -> str:
    return metric.unit.after[lang == "zh"]


def _unit_of_change(metric: str, lang: str) -> str:
    return say("lessons_unit_points", lang) if is_share(metric) else _unit(BY_NAME[metric], lang)


def _with_unit(text: str, unit: str) -> str:
    return f"{text}{NARROW}{unit}" if unit else text


# --- Texts --------------------------------------------------------------------------------------------


def paragraphs(text: str) -> list[str]:
    """A text of a lesson file cut at empty lines. Chinese lines are joined without a space."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text.strip())]
    joined = [re.sub(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[^\x00-\x7f])", "", part) for part in parts]
    return [re.sub(r"\s*\n\s*", " ", part) for part in joined if part]


def filled(text: str, found: Found, lang: str) -> str:
    """A text with what was measured in place of its placeholders."""
    return PLACEHOLDER.sub(lambda match: _fill(found, lang, *match.groups(default="")), text)


def placed(text: str, place: Place) -> str:
    """A text that stands before the runs, with its place filled in."""
    return PLACEHOLDER.sub(lambda match: _of_the_place(place, match[1]), text)


def _of_the_place(place: Place, word: str) -> str:
    numbers = {"replications": place.replications, "residents": place.residents, "days": place.days}
    return f"{numbers[word]:,}"


def _fill(found: Found, lang: str, word: str, arm: str, metric: str) -> str:
    step, place = found.step, found.place
    metric = metric or step.measure
    arm = arm or found.judged
    if word == "value":
        return amount(metric, found.mean(arm, metric), lang, _digits_beside(metric, found.change(found.judged, metric)))
    if word == "change":
        return signed(metric, found.change(arm, metric), lang)
    if word == "moved":
        return moved(metric, found.change(arm, metric), lang)
    if word in ("best", "second"):
        return arm_label(step, found.ranked[word == "second"], lang)
    if word in ("together", "sum", "contrast"):
        return _gain(found, word, lang)
    return _of_the_place(place, word)


def _gain(found: Found, which: str, lang: str) -> str:
    metric = found.step.measure
    if which == "contrast":
        return signed(metric, found.contrast, lang)
    sum_ = float(found.sum_of_parts.mean())
    change = found.change(found.judged, metric) if which == "together" else Difference(sum_, sum_, sum_)
    return signed(metric, change, lang, interval=False)


def arm_label(step: Step, id_: str, lang: str) -> str:
    """What an arm is called."""
    arm = next(one for one in step.arms if one.id == id_)
    return arm.label.say(lang) if arm.label else _scenario_label(arm.scenario, lang)


def _scenario_label(name: str, lang: str) -> str:
    return own_label(Scenario.load(name), lang, name)


@cache
def _lever_labels(lang: str) -> dict[str, str]:
    return {parameter.name: parameter.label(lang) for parameter in levers()}


# --- Question and prediction --------------------------------------------------------------------------


def choices(step: Step, lang: str) -> list[Json]:
    """What can be predicted: value and label."""
    if step.asks == "which":
        return [{"value": id_, "label": arm_label(step, id_, lang)} for id_ in step.answers]
    return [{"value": answer, "label": _answer_label(step, answer, lang)} for answer in step.answers]


def _answer_label(step: Step, answer: str, lang: str) -> str:
    if step.asks == "together" and answer == "stay":
        return say("lessons_answer_same", lang)
    return say(f"lessons_answer_{answer}", lang)


def slider(step: Step, lang: str) -> Json | None:
    """The slider of a number, with its unit."""
    if step.slider is None:
        return None
    unit = "%" if is_share(step.measure) else _unit(BY_NAME[step.measure], lang)
    return {"least": step.slider.least, "most": step.slider.most, "step": step.slider.step, "unit": unit}


def answer_text(step: Step, answer: str, lang: str) -> str:
    """A prediction in words."""
    if step.slider:
        unit = "%" if is_share(step.measure) else _unit(BY_NAME[step.measure], lang)
        return f"{answer}%" if unit == "%" else _with_unit(answer, unit)
    return next(str(one["label"]) for one in choices(step, lang) if one["value"] == answer)


# --- The reveal ---------------------------------------------------------------------------------------


def reveal(found: Found, answer: str, lang: str) -> Json:
    """All that stands under a question once its runs are made; its charts and links apart."""
    step = found.step
    right = score(found, answer, lambda value: as_shown(step.measure, value))
    single = len(step.arms) == 1
    note = say("lessons_single", lang, replications=found.place.replications)
    if not single:
        first = arm_label(step, found.first, lang)
        note = say("lessons_interval", lang, first=first, replications=found.place.replications)
    told = [step.told[found.outcome].say(lang), step.why.say(lang)]
    return {
        "predicted": answer_text(step, answer, lang),
        "happened": happened(found, lang),
        "verdict": _verdict_of(found, lang),
        "right": right == "right",
        "score": say(f"lessons_{right}", lang),
        "bars": bars(found, lang),
        "paragraphs": [filled(part, found, lang) for text in told for part in paragraphs(text)],
        "columns": [arm_label(step, arm.id, lang) for arm in step.arms],
        "changed": "" if single else say("lessons_change_of", lang, arm=arm_label(step, found.judged, lang)),
        "rows": [_row(found, metric, lang) for metric in dict.fromkeys((step.measure, *step.also))],
        "note": note,
    }


def happened(found: Found, lang: str) -> str:
    """The outcome in one line."""
    step, metric = found.step, found.step.measure
    label = BY_NAME[metric].label(lang)
    digits = None if len(step.arms) == 1 else _digits_beside(metric, found.change(found.judged, metric))
    value = amount(metric, found.mean(found.judged, metric), lang, digits)
    if step.asks == "level":
        return say("lessons_found_level", lang, measure=label, value=value)
    if step.asks == "which":
        second = found.ranked[1]
        key = "lessons_found_which_unclear" if found.outcome == UNCLEAR else "lessons_found_which"
        names = {"arm": arm_label(step, found.judged, lang), "second": arm_label(step, second, lang)}
        return say(key, lang, value=value, other=amount(metric, found.mean(second, metric), lang, digits), **names)
    if step.asks == "together":
        gains = {which: _gain(found, which, lang) for which in ("together", "sum")}
        return say("lessons_found_together", lang, measure=label, **gains)
    before = amount(metric, found.mean(found.first, metric), lang, digits)
    return say(
        "lessons_found_change", lang, measure=label, before=before, after=value,
        change=signed(metric, found.change(found.judged, metric), lang, interval=False),
    )  # fmt: skip


def _verdict_of(found: Found, lang: str) -> Json:
    """The verdict on the step's measure: kind, for its colour, and text; that of a winner is against the first arm."""
    step = found.step
    if len(step.arms) == 1:
        return {"kind": "", "text": ""}
    if step.asks == "together":
        return {"kind": found.outcome, "text": say(f"lessons_verdict_sum_{found.outcome}", lang)}
    return _judged(step.measure, found.change(found.judged, step.measure), lang)


def _judged(metric: str, change: Difference, lang: str) -> Json:
    kind = verdict(metric, change.direction)
    return {"kind": kind, "text": say(f"lessons_verdict_{kind or change.direction}", lang)}


def bars(found: Found, lang: str) -> list[Json]:
    """The step's measure in each arm: a bar with its length in percent of the longest."""
    step, metric = found.step, found.step.measure
    means = [found.mean(arm.id, metric) for arm in step.arms]
    longest = max(map(abs, means)) or 1.0
    digits = _digits_beside(metric, found.change(found.judged, metric))
    return [
        {
            "label": arm_label(step, arm.id, lang),
            "length": round(100 * abs(mean) / longest, 1),
            "value": amount(metric, mean, lang, digits),
            "change": "" if arm.id == found.first else signed(metric, found.change(arm.id, metric), lang),
            "colour": colours.SERIES[row % len(colours.SERIES)],
        }
        for row, (arm, mean) in enumerate(zip(step.arms, means, strict=True))
    ]


def _row(found: Found, metric: str, lang: str) -> Json:
    step = found.step
    change = found.change(found.judged, metric)
    digits = _digits_beside(metric, change)
    row: Json = {
        "label": BY_NAME[metric].label(lang),
        "values": [amount(metric, found.mean(arm.id, metric), lang, digits) for arm in step.arms],
    }
    if len(step.arms) > 1:
        row |= {"change": signed(metric, change, lang), **_judged(metric, change, lang)}
    return row


def charts(found: Found, lang: str) -> list[Json]:
    """The step's daily series in each arm: mean of the runs, with their range."""
    name, place = found.step.chart, found.place
    if name is None:
        return []
    looks_back = [say("last_days", lang, days=WINDOW)] if name in ("days_to_resolve", "wasted") else []
    lines = []
    for row, arm in enumerate(found.step.arms):
        values = np.array([seen.series[name] for seen in found.by_arm[arm.id]])
        lines.append({
            "name": arm_label(found.step, arm.id, lang), "colour": colours.SERIES[row % len(colours.SERIES)],
            "values": values.mean(axis=0), "low": values.min(axis=0), "high": values.max(axis=0), "dash": row == 0,
        })  # fmt: skip
    return [
        chart(
            f"lesson_{name}", say(f"measure_{name}", lang), lines, days=place.days, day_word=say("day", lang),
            unit=" · ".join([*looks_back, say("lessons_range", lang, replications=place.replications)]),
            form="share" if MEASURES[name].form == "share" else "number",
        )
    ]  # fmt: skip


# --- Ways on ------------------------------------------------------------------------------------------


def links(found: Found, lang: str) -> list[Json]:
    """Pages that show the same runs day by day: href and label. Arms that change more than levers have no address."""
    step, place = found.step, found.place
    first, judged = (next(arm for arm in step.arms if arm.id == id_) for id_ in (found.first, found.judged))
    a, b = world_of(first), world_of(judged)
    found_links = []
    names = {"a": arm_label(step, first.id, lang), "b": arm_label(step, judged.id, lang)}
    if a and b and a != b:
        query = _address(place, lang, (a, b)).query()
        found_links.append({"href": f"/compare?{query}", "label": say("lessons_compare", lang, **names)})
    for world, name in ((b or a, names["b" if b else "a"]),):
        if world:
            query = _address(place, lang, (world,)).query()
            found_links.append({"href": f"/?{query}", "label": say("lessons_live", lang, a=name)})
    return found_links


def hint(lesson: Lesson, step: Step, lang: str) -> Json | None:
    """What to try on the Live page: text, and a link that opens it with the lever set."""
    wanted = step.try_
    if wanted is None:
        return None
    world = World(wanted.scenario, ((wanted.lever, wanted.level),))
    address = replace(_address(lesson.place_of(step), lang, (world,)), day=0)
    lever = _lever_labels(lang)[wanted.lever]
    label = say("lessons_try_link", lang, lever=lever, level=f"{100 * wanted.level:.0f}")
    return {"text": wanted.text.say(lang), "href": f"/?{address.query()}", "label": label}


def world_of(arm: Arm) -> World | None:
    """An arm as an address can name it; None if it changes more than levers."""
    set_ = [(path.removeprefix("policy."), level) for path, level in arm.set.items() if path.startswith("policy.")]
    return World(arm.scenario, tuple(set_)) if len(set_) == len(arm.set) else None


def _address(place: Place, lang: str, worlds: Sequence[World]) -> Address:
    where = {"district": place.district, "size": place.size, "seed": place.seed}
    return Address(lang=lang, days=place.days, day=place.days, worlds=tuple(worlds), **where)  # type: ignore[arg-type]
