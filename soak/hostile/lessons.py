"""Lesson files, as the Lessons page reads them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from soak.hostile import nasty
from soak.hostile.case import Case
from soak.hostile.documents import changed, encoded, tables, texts, toml

PATH = "scenarios/lessons/hostile.toml"
BRACES = ("{value}", "{value:before}", "{value:nobody.satisfaction}", "{0.__class__}", "{value!r}",
"{value:>9999999999}",
          "{}", "{", "}", "{{value}}", "{change.satisfaction.x}", "{best}", "{" * 10_000,
          "{value:" * 5_000)  # fmt: skip


def generate(rng: random.Random) -> Case:
    document = changed(rng, rng.choice(texts("scenarios/lessons/*.toml")), _placeholder, _place, _setting)
    return Case({PATH: encoded(rng, toml(document))})


def attempt(case: Case) -> None:
    """Read the lesson as the page does; simulate a day of each policy of its first step."""
    from sanfang.dashboard.pages.lessons.files import read
    from sanfang.dashboard.pages.lessons.lesson import scenario_of
    from sanfang.run.simulation import simulate

    lesson = read(Path(PATH))
    step = lesson.steps[0]
    place = lesson.place_of(step)
    for arm in step.arms:
        simulate(scenario_of(arm, place), seed=place.seed, days=1, scale=place.size)


def _placeholder(rng: random.Random, document: dict[str, Any]) -> None:
    """In a text, something to be filled in, or what looks like it."""
    found = [table for table in tables(document) if "en" in table]
    if found:
        rng.choice(found)[rng.choice(("en", "zh"))] = f"a {rng.choice(BRACES)} {nasty.text(rng)}"


def _place(rng: random.Random, document: dict[str, Any]) -> None:
    keys = ("district", "size", "days", "seed", "replications")
    document["place"] = {key: nasty.value(rng) for key in rng.sample(keys, rng.randint(1, 3))}


def _setting(rng: random.Random, document: dict[str, Any]) -> None:
    """A parameter that a policy sets, and maybe no policy at all."""
    arms = [table for table in tables(document) if "scenario" in table]
    if arms:
        arm = rng.choice(arms)
        arm["set"] = {rng.choice(("policy.authority", "tasks.load", "run.days", nasty.text(rng))): nasty.value(rng)}
        arm["label"] = {"en": "a", "zh": "甲"}
