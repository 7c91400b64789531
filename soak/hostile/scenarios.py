"""Scenario files: those of the repository made wrong, new ones of parameters at their ends, and chains of `extends`."""

from __future__ import annotations

import random

from soak.hostile import nasty
from soak.hostile.case import Case
from soak.hostile.documents import changed, encoded, set_parameter, texts, toml

NAME = "hostile.toml"


def generate(rng: random.Random) -> Case:
    files = _chain(rng) if rng.random() < 0.12 else {NAME: encoded(rng, _text(rng))}
    return Case(files, tuple(command(rng, NAME)), rng.choice(nasty.ENCODINGS), fresh=rng.random() < 0.02)


def _text(rng: random.Random) -> str:
    base = rng.choice((*texts("scenarios/*.toml"), 'extends = "before"', *texts("tests/data/small.toml")))
    document = changed(rng, base, set_parameter)
    if rng.random() < 0.1:
        document["name"] = nasty.text(rng)
    if rng.random() < 0.1:
        document["extends"] = rng.choice(
            (nasty.text(rng), [nasty.text(rng), "before"], nasty.value(rng), NAME, "./" + NAME)
        )
    return toml(document)


def _chain(rng: random.Random) -> dict[str, bytes]:
    """Files that build on one another: in a row, in a circle, or all on the same ones."""
    length = rng.choice((2, 5, 50, 300, 1_500))
    names = [NAME, *(f"link{place}.toml" for place in range(1, length))]
    last = rng.choice(('extends = "before"', f'extends = "{rng.choice(names)}"', "[policy]\nauthority = 0.5"))
    shape = rng.choice(("row", "row", "fan", "double"))
    files = {}
    for place, name in enumerate(names):
        above = names[place + 1 :]
        if shape != "fan":
            above = above[: 1 if shape == "row" else 2]
        elif place:
            above = []
        listed = ", ".join(f'"{other}"' for other in above)
        files[name] = (f"extends = [{listed}]" if above else last).encode()
    return files


def command(rng: random.Random, name: str, *options: str) -> list[str]:
    """A command that reads the scenario, for few days and on a small part of the district where it simulates.

    The first day is a holiday in most districts, and offices work on the second.
    """
    small = ["--days", rng.choice(("1", "3", "3", "40")), "--scale", rng.choice(("0.02", "0.1")), *options]
    out = ["--out", "out"] if rng.random() < 0.3 else []
    json = ["--json"] if rng.random() < 0.3 else []
    chance = rng.random()
    if chance < 0.6:
        return ["run", name, *small, *out, *json, *(["--keep-requests"] if out else [])]
    if chance < 0.7:
        return ["compare", name, "before", *small, "--reps", "2", "--jobs", "1", *out, *json]
    if chance < 0.75:
        return [rng.choice(("why", "trace")), name, *small, *json]
    if chance < 0.85:
        return ["scenario", "validate", name, *options, *json]
    if chance < 0.95:
        return ["scenario", "explain", name, *options, "--lang", rng.choice(("en", "zh")), *json]
    return ["scenario", "diff", name, "before", *options, *json]
