"""Experiment files: designs, factors, constraints, points in a table beside them, names that become folders."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from soak.hostile import nasty
from soak.hostile.case import SANDBOX, Case
from soak.hostile.documents import changed, encoded, texts, toml
from soak.hostile.nasty import Raw

NAME, TABLE = "hostile.toml", "points.csv"
KINDS = ("full", "fractional", "latin-hypercube", "sobol", "morris", "one-at-a-time", "table")
KEYS = ("samples", "seed", "trajectories", "levels", "second_order", "points", "file")
FACTORS = ("policy.authority", "policy.triage", "tasks.load", "district.population", "policy.service_scope")
SPEC = ("values", "steps", "distribution", "low", "high", "mode", "mean", "sd", "sets", "overlay")
CONDITIONS = (
    "policy.authority <= policy.triage", "'a' * 999999999 == 'b'", "9 ** 9 ** 9 > 1", "10 * 10 * 10 > 1", "1 / 0 == 1",
    "policy.authority / policy.triage > 0", "'a' < 1", "max('a', 'b') == 'b'", "abs('a') > 1", "min(1) > 0",
    "max([]) > 1",
    "__import__('os').getcwd() == 'x'", "().__class__ == 1", "policy.authority.__class__ == 1",
    "(" * 200 + "1" + ")" * 200
    + " == 1", "not " * 5_000 + "1 == 1", " and ".join(["1 == 1"] * 5_000), "1 " + "+ 1" * 20_000 + " > 0", "- " * 3_000
    + "1 < 1", "1e999 * 0 == 0", "1 < 2 < 3", "True", "x == 1", "f'{1}' == '1'", "(lambda: 1)() == 1",
    "[x for x in 'a'] == 1",
    "9" * 5_000 + " > 0", "'" + "a" * 100_000 + "' == ''", "policy.authority == 1 # x", "1 ==\n1", "",
)  # fmt: skip


def generate(rng: random.Random) -> Case:
    base = rng.choice((*texts("experiments/*.toml"), *texts("experiments/*/*.toml")))
    changes: tuple[Callable[..., None], ...] = (_design, _factor, _condition, _many_runs, _name, _variant, _setting)
    document = changed(rng, base, *changes)
    if rng.random() < 0.7:
        document |= {"days": rng.choice((1, 3, 20)), "scale": 0.05}
    files = {NAME: encoded(rng, toml(document)), TABLE: _table(rng)}
    return Case(files, tuple(_command(rng)), rng.choice(nasty.ENCODINGS), fresh=rng.random() < 0.02)


def _command(rng: random.Random) -> list[str]:
    out = ["--out", "out"] if rng.random() < 0.3 else []
    json = ["--json"] if rng.random() < 0.3 else []
    chance = rng.random()
    if chance < 0.3:
        return ["sweep", NAME, "--dry-run", *json]
    if chance < 0.9:
        return ["sweep", NAME, "--limit", rng.choice(("1", "3")), "--jobs", "1", *out, *json]
    return ["reproduce", NAME, "--quick", "--jobs", "1", *out, *json]


# --- What is changed -------------------------------------------------------------------------------------------


def _design(rng: random.Random, document: dict[str, Any]) -> None:
    design: dict[str, Any] = {"kind": rng.choice(KINDS)} if rng.random() < 0.9 else {}
    for key in rng.sample(KEYS, rng.randint(0, 3)):
        right = {"file": TABLE, "points": [{"tasks.load": 0.4}], "samples": 2 ** rng.randint(1, 21), "levels": 4}
        design[key] = right.get(key, rng.randint(0, 10_001)) if rng.random() < 0.7 else nasty.value(rng)
    document["design"] = design


def _factor(rng: random.Random, document: dict[str, Any]) -> None:
    """A factor more, of any sort, mostly with keys that exist."""
    given: dict[str, Any] = {}
    for key in rng.sample(SPEC, rng.randint(0, 3)):
        right = {
            "values": [0, 0.5, 1], "steps": rng.choice((2, 10, 1_000)), "distribution": rng.choice(("normal",
            "triangular")),
            "sets": {rng.choice(FACTORS): 1.0}, "overlay": "three-devolutions",
        }  # fmt: skip
        given[key] = (
            right.get(key, rng.choice((0.0, 0.2, 1.0, 1e-300, -1.0))) if rng.random() < 0.8 else nasty.value(rng)
        )
    factors = document.get("factors")
    if not isinstance(factors, dict):
        factors = document["factors"] = {}
    factors[rng.choice(FACTORS) if rng.random() < 0.7 else nasty.text(rng)] = given


def _condition(rng: random.Random, document: dict[str, Any]) -> None:
    document["constraints"] = [rng.choice(CONDITIONS) for _ in range(rng.randint(1, 2))]


def _many_runs(rng: random.Random, document: dict[str, Any]) -> None:
    """More runs, days or seeds than anybody can want."""
    chance = rng.random()
    if chance < 0.4:
        document["seed"] = Raw(
            rng.choice(("9223372036854775807", "9223372036854775808", "18446744073709551616", "9" * 400))
        )
    elif chance < 0.7:
        document["replications"] = rng.choice((100_000, 99_999_999_999, {"min": 2, "max": 100_000}, nasty.number(rng)))
    else:
        steps, most = rng.choice(((30, 1), (1_000, 4)))  # in between lie plans that take minutes, as they may
        document["factors"] = {name: {"steps": steps} for name in FACTORS[:most]}


def _name(rng: random.Random, document: dict[str, Any]) -> None:
    """A name that becomes a folder: one that leads elsewhere, mostly."""
    elsewhere = [path for path in nasty.PATHS if ".." in path or SANDBOX in path]
    document["name"] = rng.choice(elsewhere) if rng.random() < 0.5 else nasty.text(rng)


def _variant(rng: random.Random, document: dict[str, Any]) -> None:
    document["variants"] = {
        nasty.text(rng): {rng.choice(FACTORS): rng.choice((0.5, 1.0))} for _ in range(rng.randint(1, 3))
    }


def _setting(rng: random.Random, document: dict[str, Any]) -> None:
    document["settings"] = {rng.choice((*FACTORS, nasty.text(rng))): nasty.value(rng)}


def _table(rng: random.Random) -> bytes:
    """Points as comma-separated values, right or wrong."""
    cells = [
        "0.5",
        "1",
        "",
        "[[0, 0.5]]",
        '"[""care""]"',
        "nan",
        "1e999",
        "9" * 5_000,
        "x" * 200_000,
        "[" * 2_000,
        "{}",
        "\0",
    ]
    header = rng.sample((*FACTORS, "x", "", "tasks.load"), rng.randint(1, 3))
    rows = [
        [rng.choice(cells[:2] if rng.random() < 0.8 else cells) for _ in header]
        for _ in range(rng.choice((1, 3, 1_000)))
    ]
    text = "\n".join(",".join(row) for row in [header, *rows])
    return encoded(rng, text)
