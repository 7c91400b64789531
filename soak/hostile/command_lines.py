"""Command lines: every command of `sanfang` with every option, as the program itself declares them."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from soak.hostile import nasty
from soak.hostile.case import Case
from soak.hostile.documents import set_parameter, texts

FILES = {
    "small.toml": b'extends = "before"\n[policy]\nauthority = 0.5\n',
    "named.toml": b'extends = "before"\nname = "a [/x] b"\n',
    "[a].toml": b'extends = "before"\nname = "plan [a]"\n',
    "few.toml": b'scenarios = ["before", "three-devolutions"]\ndistrict = "demo"\ndays = 1\nreplications = 2\n',
    "wrong.toml": b"policy = 3\n",
    "no.sqlite": b"SQLite format 3\0" + b"\0" * 100,
    "results/half/sweep.sqlite": b"SQLite format 3\0" + b"\xff" * 5_000,
    "results/empty/sweep.sqlite": b"",
    "notes.txt": b"nothing",
}
MADE = "results/made"
"""The folder of a sweep that is as it should be."""

LEFT_OUT = {"--update", "--cluster", "--clear"}
"""Options that write into the user's own files, or remove them, as they are asked to, or talk to other machines."""

SMALL = {
    "days": ("1", "2", "3", "30"), "scale": ("0.02", "0.1"), "reps": ("2", "3"), "jobs": ("1", "1", "2"),
    "seed": ("1", "7"),
    "limit": ("1", "2"), "slowest": ("1", "5"), "half_width": ("0.01",), "district": ("demo", "demo", "licang"),
    "host": ("127.0.0.1", "127.0.0.2"), "port": ("8799",), "lang": ("en", "zh"), "kind": ("csv", "parquet"),
    "by": ("domain", "scenario"), "key": ("policy", "policy.authority", "domains"), "out": ("out", "out/a/b"),
    "folder": (*(MADE,) * 4, "results/half", "results/empty", ".", "notes.txt", "results/none"),
    "experiment": ("few.toml", "demo-grid"), "metrics": ("satisfaction", "backlog"), "baseline": ("before",),
    "domain": ("care",), "request": ("0", "f"), "names": ("pooling", "few.toml"),
}  # fmt: skip
"""Right values, by the name of the parameter, that keep a run short."""

SCENARIOS = ("before", "three-devolutions", "demo", "small.toml", "named.toml", "[a].toml", "wrong.toml")
ALWAYS = ("days", "scale", "reps", "jobs", "limit", "quick", "district")
"""Options that are mostly given, or a command would run for hours."""

ROUND_NUMBERS = ("3650", "3651", "0", "100000", "1000000", "99999999999")


def generate(rng: random.Random) -> Case:
    words, parameters = rng.choice(commands())
    given = list(words)
    for one in rng.sample(parameters, len(parameters)):
        given += _given(rng, one)
    if rng.random() < 0.05:
        given.insert(rng.randrange(len(given) + 1), _argument(nasty.text(rng)))
    files = FILES | {f"{MADE}/sweep.sqlite": made()} if MADE in given else FILES
    disk = 3_000 if "--out" in given and rng.random() < 0.1 else None
    return Case(files, tuple(given), rng.choice(nasty.ENCODINGS), disk, fresh=rng.random() < 0.02)


def attempt(case: Case) -> None:
    """The command itself, but for the web server, which is not started."""
    import uvicorn

    from soak.hostile.inside import run_command

    uvicorn.Server.run = lambda *given, **named: None  # type: ignore[method-assign]
    run_command(case)


@cache
def commands() -> list[tuple[tuple[str, ...], list[Any]]]:
    """The words of every command, and its parameters."""
    from typer.main import get_command

    from sanfang.cli.app import app

    return list(_commands(get_command(app), ()))


@cache
def made() -> bytes:
    """The store of a small sweep."""
    from sanfang.lab.experiments.experiment import Experiment
    from sanfang.lab.sweeps.sweep import sweep

    varied = {"scenarios": ["before", "unfunded"], "district": "demo", "days": 3, "replications": 3, "daily": True}
    with tempfile.TemporaryDirectory(prefix="hostile-store-") as folder:
        sweep(Experiment.from_dict(varied | {"factors": {"tasks.load": [0.3, 0.6]}}), Path(folder, "made"), jobs=1)
        return Path(folder, "made", "sweep.sqlite").read_bytes()


def _commands(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    if hasattr(command, "commands"):
        for name, below in sorted(command.commands.items()):
            yield from _commands(below, (*words, name))
    else:
        yield words, [one for one in command.params if not LEFT_OUT & set(one.opts)]


def _given(rng: random.Random, parameter: Any) -> list[str]:
    """An option with its value, or an argument; mostly nothing for what is not needed."""
    name, option = str(parameter.name), str(parameter.opts[0])
    is_option = option.startswith("-")
    if is_option and rng.random() > (0.95 if name in ALWAYS else 0.25):
        return []
    if getattr(parameter, "is_flag", False):
        return [option]
    times = 1 if is_option and not parameter.multiple else rng.choice((1, 1, 2, 3, 60))
    if not is_option and parameter.nargs == 1:
        times = rng.choice((0, *(1,) * 18, 2)) if parameter.required else rng.choice((0, 1))
    return [text for _ in range(times) for text in ([option] if is_option else []) + [_value(rng, name)]]


def _value(rng: random.Random, name: str) -> str:
    if rng.random() < 0.12:
        return _argument(rng.choice(ANYTHING)(rng))
    if name == "settings":
        return _argument(_setting(rng))
    return rng.choice(SMALL.get(name, SCENARIOS))


def _setting(rng: random.Random) -> str:
    """A parameter to set, right or wrong."""
    document: dict[str, Any] = {}
    set_parameter(rng, document)
    path = []
    value: Any = document
    while isinstance(value, dict) and value:
        key, value = next(iter(value.items()))
        path.append(key)
    left = ".".join(path) if rng.random() < 0.8 else nasty.text(rng)
    return f"{left}{rng.choice(('=', '=', '=', '==', '', ' = '))}{value if rng.random() < 0.7 else nasty.value(rng)}"


ANYTHING: tuple[Callable[[random.Random], str], ...] = (
    nasty.number,
    nasty.text,
    lambda rng: rng.choice(nasty.PATHS),
    lambda rng: rng.choice(ROUND_NUMBERS),
    lambda rng: rng.choice(texts("scenarios/before.toml")),
)


def _argument(text: str) -> str:
    """As a shell could hand it over: no zero bytes, bytes that are no text as Python reads them, not without end."""
    return (
        text.replace("\0", "")
        .encode("utf-8", "surrogateescape" if _escaped(text) else "replace")
        .decode("utf-8", "surrogateescape")[:100_000]
    )


def _escaped(text: str) -> bool:
    return all(not 0xD800 <= ord(one) <= 0xDFFF or 0xDC80 <= ord(one) <= 0xDCFF for one in text)
