"""What a script says at a spot, in the viewer's language, with what was measured in place of its placeholders."""

from __future__ import annotations

from sanfang.dashboard.authored.differences import LESS, MORE, Difference
from sanfang.dashboard.authored.placeholders import PLACEHOLDER
from sanfang.dashboard.pages.present.files import Spot
from sanfang.dashboard.pages.present.runs import Outcomes
from sanfang.dashboard.pages.present.script import OWN, Scene, Script
from sanfang.dashboard.presenters import views
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.words import say
from sanfang.metrics.units import DAYS
from sanfang.run.series import MEASURES

NARROW = "\u00a0"
"""A space at which no line breaks."""


def caption(spot: Spot, day: int, outcomes: Outcomes | None, lang: str) -> Json:
    """What stands above the charts: heading, text, question, and a note on what the text is made of."""
    script, scene = spot.script, spot.scene
    if scene is None:
        heading = say("present_about", lang, minutes=script.minutes, scenes=len(script.scenes))
        text = f"{script.title.say(lang)}{say('present_colon', lang)}{script.about.say(lang)}"
        return {"heading": heading, "text": text, "question": "", "note": ""}
    heading = say("present_scene", lang, number=spot.at, scenes=len(script.scenes), title=scene.title.say(lang))
    if day < script.end(scene) or scene.told is None:
        question = scene.question.say(lang) if scene.question else ""
        texts = [_said(text, script, scene) for text in (scene.says.say(lang), question)]
        return {"heading": heading, "text": texts[0], "question": texts[1], "note": ""}
    if outcomes is None:
        return {"heading": heading, "text": say("present_computing", lang), "question": "", "note": ""}
    text = getattr(scene.told, outcomes.direction(scene)).say(lang)
    note = say("present_mean", lang, replications=script.place.replications)
    return {"heading": heading, "text": filled(text, outcomes, scene, lang), "question": "", "note": note}


def filled(text: str, outcomes: Outcomes, scene: Scene, lang: str) -> str:
    """A text with what was measured."""

    def fill(word: str, whose: str, name: str) -> str:
        measure = name or scene.measure
        if word == "value":
            return amount(measure, outcomes.mean(scene, whose or OWN, measure), lang)
        if word in ("moved", "change"):
            change = outcomes.change(scene, whose or scene.against, measure)
            return moved(measure, change, lang) if word == "moved" else signed(measure, change, lang)
        return _of_the_file(word, outcomes.script, scene)

    return PLACEHOLDER.sub(lambda match: fill(*match.groups(default="")), text)


def _said(text: str, script: Script, scene: Scene) -> str:
    """A text that stands before the scene is played."""
    return PLACEHOLDER.sub(lambda match: _of_the_file(match[1], script, scene), text)


def _of_the_file(word: str, script: Script, scene: Scene) -> str:
    begin, end = script.begin(scene), script.end(scene)
    numbers = {
        "day": end, "begin": begin, "days": end - begin, "residents": script.place.residents,
        "replications": script.place.replications,
    }  # fmt: skip
    return f"{numbers[word]:,}"


# --- Numbers, as the cards show them ---


def amount(name: str, value: float, lang: str) -> str:
    """A value with its unit."""
    measure = MEASURES[name]
    unit = "" if measure.form == "share" else measure.unit.after[lang == "zh"]
    return f"{views.shown(value, measure)}{NARROW}{unit}".rstrip(NARROW)


def _of_change(name: str, lang: str) -> str:
    measure = MEASURES[name]
    return say("points", lang) if measure.form == "share" else measure.unit.after[lang == "zh"]


def signed(name: str, change: Difference, lang: str) -> str:
    """A difference with its sign, its unit, and its 95 % interval."""
    mean, low, high = (views.signed(value, MEASURES[name]) for value in (change.mean, change.low, change.high))
    return f"{mean}{NARROW}{_of_change(name, lang)} [{low},{NARROW}{high}]"


def moved(name: str, change: Difference, lang: str) -> str:
    """What a measure did, as a verb with its size: "rose by 2.3 points", "showed no clear change"."""
    size = views.shown(abs(change.mean), MEASURES[name]).removesuffix("%")
    timed = change.direction in (MORE, LESS) and MEASURES[name].unit == DAYS
    key = f"moved_{change.direction}_time" if timed else f"moved_{change.direction}"
    return say(key, lang, size=f"{size}{NARROW}{_of_change(name, lang)}")
