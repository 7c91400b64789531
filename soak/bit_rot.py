"""Bit rot: a small sweep's file is damaged in hundreds of places, and read, exported, analysed and gone on with.

    python -m soak.bit_rot --cases 2000 --seed 1

Whatever the damage, each reader gives what was stored, or less and says so, or refuses in one message; none ends in a
traceback, hangs, or gives a number that was not stored. A sweep that goes on afterwards ends with the right results, or
refuses as well.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import signal
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from typer.testing import CliRunner

from sanfang.cli.app import app
from sanfang.cli.warm_ups import SETTLING
from sanfang.lab.experiments.experiment import Experiment
from sanfang.lab.storage.faults import STORE, StoreError
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.sweep import sweep
from sanfang.metrics.catalogue import METRICS
from sanfang.run import simulation
from sanfang.scenario.errors import InputError
from soak.harms import HARMS

HANG_SECONDS = 60
DAYS = 150
FAILING = 0.666
EXPERIMENT = {
    "name": "rot",
    "scenarios": ["before", "three-devolutions"],
    "district": "licang",
    "scale": 0.02,
    "days": DAYS,
    "settings": {"run.warm_up": 10},
    "replications": 4,
    "daily": True,
    "factors": {"policy.triage": [0.25, FAILING, 0.75], "tasks.load": [0.4, 0.6]},
}


# --- The sweep ------------------------------------------------------------------------------------------


def made_up(scenario: Any, seed: int = 1, days: int | None = None, scale: float = 1.0, *_: Any, **__: Any) -> Any:
    """A run that takes no time and whose numbers depend on scenario and seed alone."""
    if scenario.policy.triage == FAILING:
        raise ZeroDivisionError("made up")
    draw = np.random.default_rng([seed, int(scenario.digest()[:8], 16)])
    daily = pd.DataFrame(draw.random((DAYS, len(SETTLING))), columns=list(SETTLING))
    metrics = {metric.name: float(draw.random()) for metric in METRICS} | {"resolution_days_p90": float("nan")}
    return SimpleNamespace(metrics=metrics, daily=daily, scenario=scenario, seed=seed)


@contextlib.contextmanager
def made_up_simulation() -> Iterator[None]:
    """`made_up` in the place of the simulation, in this process."""
    before, simulation.simulate = simulation.simulate, made_up
    try:
        yield
    finally:
        simulation.simulate = before


def sound(folder: Path) -> Path:
    """The sweep, made in two sessions."""
    with made_up_simulation():
        sweep(Experiment.from_dict(EXPERIMENT), folder, jobs=1, limit=20)
        sweep(Experiment.from_dict(EXPERIMENT), folder, jobs=1)
    return folder


# --- Reading --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """What readers got: `rows` by reader, and whether it was said that something is amiss."""

    rows: dict[str, list[str]]
    told: bool


class Wrong(Exception):
    """A reader gave what was not stored, or less and did not say so."""


def read(folder: Path) -> Reading:
    """All that Python's readers give."""
    with warnings.catch_warnings(record=True) as said, Results(folder) as results:
        warnings.simplefilter("always")
        status = results.status()
        rows = {
            "about": [json.dumps(results.about, sort_keys=True)],
            "runs": _rows(results.runs()),
            "daily": [row for piece in results.daily_in_pieces() for row in _rows(piece)],
            "failures": _rows(results.failures()),
            "sessions": [json.dumps(one, sort_keys=True) for one in results.sessions()],
            "status": [json.dumps({**vars(status), "missing": 0}, sort_keys=True, default=str)],
        }
        return Reading(rows, bool(said) or status.missing > 0)


def _rows(table: pd.DataFrame) -> list[str]:
    return [repr(row) for row in table.itertuples(index=False, name=None)]


def check(found: Reading, sound: Reading) -> None:
    """Raises Wrong unless all that was found was stored, and what was not found was told."""
    for name, rows in found.rows.items():
        if rows == sound.rows[name] or (found.told and name == "status"):
            continue
        if set(rows) - set(sound.rows[name]):
            raise Wrong(f"{name}: gives what was not stored")
        if not found.told:
            raise Wrong(f"{name}: gives less, and nobody is told")
        if len(rows) != len(set(rows)):
            raise Wrong(f"{name}: gives the same twice")


def commands(folder: Path) -> None:
    """The command line's readers. Raises Wrong if one ends in anything but a message."""
    for command in (["status"], ["analyse"], ["export", "--format", "csv"]):
        with warnings.catch_warnings():
            ended = CliRunner().invoke(app, [*command, str(folder), "--json"])
        if ended.exception is not None and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        if ended.exit_code and len(ended.stderr.strip().splitlines()) > 2:
            raise Wrong(f"{command[0]}: says more than a message: {ended.stderr[:300]}")


def gone_on(folder: Path, sound: Reading) -> None:
    """The sweep goes on. Raises Wrong unless its results are those of the sound one then."""
    with made_up_simulation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sweep(Experiment.from_dict(EXPERIMENT), folder, jobs=1, reuse=False)
        with Results(folder) as results:
            runs = results.runs()
    if without_seconds(_rows(runs)) != without_seconds(sound.rows["runs"]):
        raise Wrong("sweep: ends with other results")


def without_seconds(rows: list[str]) -> list[str]:
    """Rows of runs, without the time that each has taken."""
    return [", ".join([*row.split(", ")[:-2], row.split(", ")[-1]]) for row in rows]


# --- The campaign ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One damaged file: what became of it in a word, and more words where it was no good end."""

    number: int
    harm: str
    end: str
    more: str = ""


GOOD_ENDS = ("same", "told", "refused")


def campaign(cases: int, seed: int, folder: Path) -> Iterator[Case]:
    """Damage the file of a small sweep in `cases` ways, one after the other, below `folder`."""
    sweep_folder = sound(folder / "sound")
    stored, content = read(sweep_folder), (sweep_folder / STORE).read_bytes()
    for number in range(cases):
        harm = HARMS[number % len(HARMS)]
        damaged = bytearray(content)
        harm(damaged, random.Random(f"{seed} {number}"))
        place = folder / f"case-{number}"
        yield Case(number, harm.__name__, *_end(place, bytes(damaged), stored))
        shutil.rmtree(place, ignore_errors=True)


def _end(place: Path, content: bytes, stored: Reading) -> tuple[str, str]:
    def hang(*_: Any) -> None:
        raise TimeoutError("hangs")

    ends = []
    before = signal.signal(signal.SIGALRM, hang)
    for use in (lambda: _read_and_check(place, stored), lambda: commands(place), lambda: gone_on(place, stored)):
        place.mkdir(exist_ok=True)
        (place / STORE).write_bytes(content)
        signal.alarm(HANG_SECONDS)
        try:
            ends.append((use() or "same", ""))
        except (InputError, StoreError) as message:
            ends.append(("refused", "") if "\n" not in str(message) else ("traceback", str(message)))
        except Wrong as problem:
            ends.append(("wrong", str(problem)))
        except TimeoutError as problem:
            ends.append(("hangs", str(problem)))
        except Exception:
            ends.append(("traceback", traceback.format_exc(limit=-4)))
        finally:
            signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
    worst = ["wrong", "hangs", "traceback", "refused", "told", "same"]
    return min(ends, key=lambda end: worst.index(end[0]))


def _read_and_check(place: Path, stored: Reading) -> str:
    found = read(place)
    check(found, stored)
    return "told" if found.told else "same"


def main() -> int:
    """Run the campaign and print a table; 1 if any case ends badly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    ends: dict[str, Counter[str]] = {harm.__name__: Counter() for harm in HARMS}
    with tempfile.TemporaryDirectory() as folder:
        for case in campaign(given.cases, given.seed, Path(folder)):
            ends[case.harm][case.end] += 1
            if case.end not in GOOD_ENDS:
                print(f"case {case.number} ({case.harm}): {case.end}: {case.more}", file=sys.stderr)
    table = pd.DataFrame(ends).T.fillna(0).astype(int)
    print(table.to_string(), f"\n\nin all: {table.sum().to_dict()}")
    return int(any(end not in GOOD_ENDS for end in table))


if __name__ == "__main__":
    sys.exit(main())
