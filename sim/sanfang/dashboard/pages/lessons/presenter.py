"""What a step's runs showed, as texts and plain dicts for the page, in the viewer's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sanfang.dashboard.address import Address, LinkedWorld
from sanfang.dashboard.authored.differences import UNCLEAR, Difference
from sanfang.dashboard.authored.paragraphs import paragraphs
from sanfang.dashboard.authored.tables import Place
from sanfang.dashboard.pages.lessons.lesson import Arm, Lesson, LessonStep
from sanfang.dashboard.pages.lessons.runs import StepOutcome, score, verdict
from sanfang.dashboard.pages.lessons.wording import (
    amount,
    arm_label,
    as_shown,
    digits_beside,
    filled,
    gain,
    is_share,
    lever_labels,
    signed,
    unit_of,
    with_unit,
    worded,
)
from sanfang.dashboard.presenters import colours
from sanfang.dashboard.presenters.chart import Json, chart
from sanfang.dashboard.words import say
from sanfang.lab.statistics import looks
from sanfang.metrics.by_day import WINDOW
from sanfang.metrics.catalogue import BY_NAME
from sanfang.run.series import MEASURES

# --- Question and prediction --------------------------------------------------------------------------


def choices(step: LessonStep, lang: str) -> list[Json]:
    """What can be predicted: value and label."""
    if step.asks == "which":
        return [{"value": id_, "label": arm_label(step, id_, lang)} for id_ in step.answers]
    return [{"value": answer, "label": _answer_label(step, answer, lang)} for answer in step.answers]


def _answer_label(step: LessonStep, answer: str, lang: str) -> str:
    if step.asks == "together" and answer == "stay":
        return say("lessons_answer_same", lang)
    return say(f"lessons_answer_{worded(answer, step.measure)}", lang)


def slider(step: LessonStep, lang: str) -> Json | None:
    """The slider of a number, with its unit."""
    if step.slider is None:
        return None
    unit = "%" if is_share(step.measure) else unit_of(BY_NAME[step.measure], lang)
    return {"least": step.slider.least, "most": step.slider.most, "step": step.slider.step, "unit": unit}


def answer_text(step: LessonStep, answer: str, lang: str) -> str:
    """A prediction in words."""
    if step.slider:
        unit = "%" if is_share(step.measure) else unit_of(BY_NAME[step.measure], lang)
        return f"{answer}%" if unit == "%" else with_unit(answer, unit)
    return next(str(choice["label"]) for choice in choices(step, lang) if choice["value"] == answer)


# --- The reveal ---------------------------------------------------------------------------------------


def reveal(result: StepOutcome, answer: str, lang: str) -> Json:
    """All that stands under a question once its runs are made; its charts and links apart."""
    step = result.step
    right = score(result, answer, lambda value: as_shown(step.measure, value))
    single = len(step.arms) == 1
    note = say("lessons_single", lang, replications=result.place.replications)
    if not single:
        first = arm_label(step, result.first, lang)
        sizes = looks.sizes([BY_NAME[name] for name in dict.fromkeys((step.measure, *step.also))], lang)
        note = say("lessons_interval", lang, first=first, replications=result.place.replications, sizes=sizes)
    texts = [step.told[result.outcome].say(lang), step.why.say(lang)]
    return {
        "predicted": answer_text(step, answer, lang),
        "happened": happened(result, lang),
        "verdict": _verdict_of(result, lang),
        "right": right == "right",
        "score": say(f"lessons_{right}", lang),
        "bars": bars(result, lang),
        "paragraphs": [filled(part, result, lang) for text in texts for part in paragraphs(text)],
        "columns": [arm_label(step, arm.id, lang) for arm in step.arms],
        "changed": "" if single else say("lessons_change_of", lang, arm=arm_label(step, result.judged, lang)),
        "rows": [_row(result, metric, lang) for metric in dict.fromkeys((step.measure, *step.also))],
        "note": note,
    }


def happened(result: StepOutcome, lang: str) -> str:
    """The outcome in one line."""
    step, metric = result.step, result.step.measure
    label = BY_NAME[metric].label(lang)
    digits = None if len(step.arms) == 1 else digits_beside(metric, result.change(result.judged, metric))
    value = amount(metric, result.mean(result.judged, metric), lang, digits)
    if step.asks == "level":
        return say("lessons_found_level", lang, measure=label, value=value)
    if step.asks == "which":
        second = result.ranked[1]
        key = "lessons_found_which_unclear" if result.outcome == UNCLEAR else "lessons_found_which"
        names = {"arm": arm_label(step, result.judged, lang), "second": arm_label(step, second, lang)}
        return say(key, lang, value=value, other=amount(metric, result.mean(second, metric), lang, digits), **names)
    if step.asks == "together":
        gains = {which: gain(result, which, lang) for which in ("together", "sum")}
        return say("lessons_found_together", lang, measure=label, **gains)
    before = amount(metric, result.mean(result.first, metric), lang, digits)
    return say(
        "lessons_found_change", lang, measure=label, before=before, after=value,
        change=signed(metric, result.change(result.judged, metric), lang, interval=False),
    )  # fmt: skip


def _verdict_of(result: StepOutcome, lang: str) -> Json:
    """The verdict on the step's measure: kind, for its colour, text, and both values that are compared; that of a
    winner is against the first arm."""
    step, metric = result.step, result.step.measure
    if len(step.arms) == 1:
        return {"kind": "", "text": "", "beside": ""}
    change = result.change(result.judged, metric)
    digits = digits_beside(metric, change)
    means = [amount(metric, result.mean(arm, metric), lang, digits) for arm in (result.judged, result.first)]
    if step.asks == "together":
        sum_ = result.mean(result.first, metric) + float(result.sum_of_parts.mean())
        beside = say("lessons_beside_sum", lang, value=means[0], sum=amount(metric, sum_, lang, digits))
        return {"kind": result.outcome, "text": say(f"lessons_verdict_sum_{result.outcome}", lang), "beside": beside}
    first = arm_label(step, result.first, lang)
    beside = say("lessons_beside", lang, value=means[0], first=first, other=means[1])
    return {**_judged(metric, change, lang), "beside": beside}


def _judged(metric: str, change: Difference, lang: str) -> Json:
    kind = verdict(metric, change.direction)
    return {"kind": kind, "text": say(f"lessons_verdict_{kind or change.direction}", lang)}


def bars(result: StepOutcome, lang: str) -> list[Json]:
    """The step's measure in each arm: a bar with its length in percent of the longest."""
    step, metric = result.step, result.step.measure
    means = [result.mean(arm.id, metric) for arm in step.arms]
    longest = max(map(abs, means)) or 1.0
    digits = digits_beside(metric, result.change(result.judged, metric))
    return [
        {
            "label": arm_label(step, arm.id, lang),
            "length": round(100 * abs(mean) / longest, 1),
            "value": amount(metric, mean, lang, digits),
            "change": "" if arm.id == result.first else signed(metric, result.change(arm.id, metric), lang),
            "colour": colours.SERIES[row % len(colours.SERIES)],
        }
        for row, (arm, mean) in enumerate(zip(step.arms, means, strict=True))
    ]


def _row(result: StepOutcome, metric: str, lang: str) -> Json:
    step = result.step
    change = result.change(result.judged, metric)
    digits = digits_beside(metric, change)
    row: Json = {
        "label": BY_NAME[metric].label(lang),
        "values": [amount(metric, result.mean(arm.id, metric), lang, digits) for arm in step.arms],
    }
    if len(step.arms) > 1:
        row |= {"change": signed(metric, change, lang), **_judged(metric, change, lang)}
    return row


def charts(result: StepOutcome, lang: str) -> list[Json]:
    """The step's daily series in each arm: mean of the runs, with their range."""
    name, where = result.step.chart, result.place
    if name is None:
        return []
    looks_back = [say("last_days", lang, days=WINDOW)] if name in ("days_to_resolve", "wasted") else []
    lines = []
    for row, arm in enumerate(result.step.arms):
        values = np.array([seen.series[name] for seen in result.by_arm[arm.id]])
        lines.append({
            "name": arm_label(result.step, arm.id, lang), "colour": colours.SERIES[row % len(colours.SERIES)],
            "values": values.mean(axis=0), "low": values.min(axis=0), "high": values.max(axis=0), "dash": row == 0,
        })  # fmt: skip
    return [
        chart(
            f"lesson_{name}", say(f"measure_{name}", lang), lines, days=where.days, day_word=say("day", lang),
            unit=" · ".join([*looks_back, say("lessons_range", lang, replications=where.replications)]),
            form="share" if MEASURES[name].form == "share" else "number",
        )
    ]  # fmt: skip


# --- Ways on ------------------------------------------------------------------------------------------


def links(result: StepOutcome, lang: str) -> list[Json]:
    """Pages that show the same runs day by day: href and label. Arms that change more than levers have no address."""
    step, where = result.step, result.place
    first, judged = (next(arm for arm in step.arms if arm.id == id_) for id_ in (result.first, result.judged))
    a, b = world_of(first), world_of(judged)
    pages = []
    names = {"a": arm_label(step, first.id, lang), "b": arm_label(step, judged.id, lang)}
    if a and b and a != b:
        query = _address(where, lang, (a, b)).query()
        pages.append({"href": f"/compare?{query}", "label": say("lessons_compare", lang, **names)})
    for world, name in ((b or a, names["b" if b else "a"]),):
        if world:
            query = _address(where, lang, (world,)).query()
            pages.append({"href": f"/?{query}", "label": say("lessons_live", lang, a=name)})
    return pages


def hint(lesson: Lesson, step: LessonStep, lang: str) -> Json | None:
    """What to try on the Live page: text, and a link that opens it with the lever set."""
    wanted = step.try_
    if wanted is None:
        return None
    world = LinkedWorld(wanted.scenario, ((wanted.lever, wanted.level),))
    address = replace(_address(lesson.place_of(step), lang, (world,)), day=0)
    lever = lever_labels(lang)[wanted.lever]
    label = say("lessons_try_link", lang, lever=lever, level=f"{100 * wanted.level:.0f}")
    return {"text": wanted.text.say(lang), "href": f"/?{address.query()}", "label": label}


def world_of(arm: Arm) -> LinkedWorld | None:
    """An arm as an address can name it; None if it changes more than levers."""
    set_ = [(path.removeprefix("policy."), level) for path, level in arm.set.items() if path.startswith("policy.")]
    return LinkedWorld(arm.scenario, tuple(set_)) if len(set_) == len(arm.set) else None


def _address(where: Place, lang: str, worlds: Sequence[LinkedWorld]) -> Address:
    fields = {"district": where.district, "size": where.size, "seed": where.seed, "start": where.start}
    return Address(lang=lang, days=where.days, day=where.days, worlds=tuple(worlds), **fields)  # type: ignore[arg-type]
