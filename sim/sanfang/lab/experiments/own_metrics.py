"""Metrics of one's own: a file beside the experiment, with a function for each.

    from sanfang import metric

    @metric(unit="calendar days", better="lower", en="Longest silence", zh="最长沉默天数")
    def longest_silence(requests):
        return (requests["voiced"] - requests["arose"]).max()

What such a file declares is read from its text. Its code runs only where runs are made or measured again, because
somebody has named the experiment: never because a page, a store or a folder holds the file.
"""

from __future__ import annotations

import ast
import hashlib
import linecache
import math
import numbers
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanfang.metrics.formula import bare, declares
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.files import read_text
from sanfang.scenario.telling import in_words, listed

if TYPE_CHECKING:
    from sanfang.metrics.declare import Better, Metric
    from sanfang.model.books.observation import Observation

MAX_BYTES = 200_000
"""Of a file of metrics."""
MAX_METRICS = 100
MAX_LETTERS = 200
"""Of a unit or a label."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
GIVEN = ("requests", "ledger", "daily", "window")
"""What a function may ask for, by the names of its parameters."""
KEYWORDS = {"unit": str, "better": str, "en": str, "zh": str}
DIRECTIONS = ("higher", "lower")

type Function = Callable[..., Any]


def metric(*, unit: str, better: Better | None = None, en: str = "", zh: str = "") -> Callable[[Function], Function]:
    """Declare a function of one's own as a metric of the experiment beside which its file lies.

    unit: one of those of the shipped metrics, such as "0-1" or "calendar days", or any other; better: "higher",
    "lower", or None where neither is; en, zh: labels. The function gets, by the names of its parameters, `requests`
    and `daily` and `ledger` (the tables of a `Run`) and `window` (the days that are evaluated, as a range), and returns
    one number, NaN where there is none.
    """
    return lambda function: function


@dataclass(frozen=True)
class OwnMetrics:
    """A file of metrics as it is read: `file` is its name in messages, `text` what it says, `digest` over its code."""

    file: str
    text: str
    metrics: tuple[Metric, ...]
    digest: str

    @property
    def names(self) -> tuple[str, ...]:
        """Of its metrics."""
        return tuple(metric.name for metric in self.metrics)


NONE = OwnMetrics("", "", (), "")


# --- Reading, without running ------------------------------------------------------------------------------


def read_own_metrics(path: Path, file: str) -> OwnMetrics:
    """What the file at `path`, called `file` in messages, declares. Nothing of it is run. Raises `InputError`."""
    text = read_text(path, file, MAX_BYTES)
    try:
        tree, code = ast.parse(text), ast.dump(bare(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise InputError(f"{file}{f', line {line}' if line else ''}: is no Python: {_first_line(error)}") from None
    metrics: dict[str, Metric] = {}
    for node in tree.body:
        for decorator in getattr(node, "decorator_list", []):
            if declares(decorator):
                declared = _declared(node, decorator, f"{file}, line {node.lineno}")
                if declared.name in metrics:
                    raise InputError(f"{file}, line {node.lineno}: the metric {declared.name!r} is there twice")
                metrics[declared.name] = declared
    if not 0 < len(metrics) <= MAX_METRICS:
        raise InputError(f"{file}: declares {len(metrics)} metrics with @metric(...); 1 to {MAX_METRICS} are possible")
    digest = hashlib.sha256(code.encode()).hexdigest()[:16]
    return OwnMetrics(file, text, tuple(metrics.values()), digest)


def _declared(node: ast.stmt, decorator: ast.expr, where: str) -> Metric:
    """The metric that a decorated function declares."""
    from sanfang.lab.experiments.reserved_names import names_of_columns
    from sanfang.metrics.catalogue import BY_NAME  # numpy comes with it, and few experiments have metrics of their own

    if not isinstance(node, ast.FunctionDef):
        raise InputError(f"{where}: @metric(...) stands above a plain function only")
    name, where = node.name, f"{where}, metric {node.name!r}"
    if not NAME.fullmatch(name):
        raise InputError(f"{where}: a name has up to 60 small letters a-z, digits and _, and begins with a letter")
    if name in BY_NAME:
        raise InputError(f"{where}: is the name of a shipped metric; take another")
    if name in names_of_columns():
        raise InputError(f"{where}: tables of results have a column of this name already; take another")
    spec = node.args
    asked = [argument.arg for argument in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]
    for parameter in [*asked, *(argument.arg for argument in (spec.vararg, spec.kwarg) if argument)]:
        if parameter not in GIVEN or spec.posonlyargs:
            raise InputError(f"{where}: asks for {parameter!r}; a metric can ask for {listed(GIVEN)}")
    said = _keywords(decorator, where)
    unit, better = said["unit"], said.get("better")
    if better not in (*DIRECTIONS, None):
        raise InputError(f"{where}: better = {in_words(better)}: must be {listed(DIRECTIONS)}, or left out")
    label = said.get("en") or name.replace("_", " ")
    return _metric(name, unit, better, label, said.get("zh") or label)


def _metric(name: str, unit: str, better: Any, en: str, zh: str) -> Metric:
    from sanfang.metrics.declare import OWN, Metric
    from sanfang.metrics.units import UNITS, Unit

    return Metric(name, UNITS.get(unit) or Unit(unit, unit), better, OWN, en, zh)


def _keywords(decorator: ast.expr, where: str) -> dict[str, str]:
    """What a decorator says, all of it in plain text."""
    assert isinstance(decorator, ast.Call)
    said: dict[str, str] = {}
    for keyword in decorator.keywords:
        key, value = keyword.arg or "**", keyword.value
        if key not in KEYWORDS:
            raise InputError(f"{where}: @metric has no {key!r}{nearest(key, KEYWORDS)}; known here: {listed(KEYWORDS)}")
        if isinstance(value, ast.Constant) and value.value is None and key == "better":
            continue
        if not (isinstance(value, ast.Constant) and isinstance(value.value, str)) or len(value.value) > MAX_LETTERS:
            raise InputError(f"{where}: {key}: must be text in quotes, of at most {MAX_LETTERS} letters")
        said[key] = value.value
    if decorator.args or not said.get("unit"):
        raise InputError(f'{where}: @metric needs a unit, such as @metric(unit="calendar days", better="lower")')
    return said


# --- Declarations as a store keeps them ----------------------------------------------------------------------


def declarations(own: OwnMetrics) -> list[dict[str, Any]]:
    """The metrics of one's own as plain data."""
    return [
        {"name": metric.name, "unit": metric.unit.name, "better": metric.better, "en": metric.en, "zh": metric.zh}
        for metric in own.metrics
    ]


def declared(about: Mapping[str, Any]) -> tuple[Metric, ...]:
    """The metrics of its own that a sweep had, from what its store says. Raises ValueError or the like if damaged."""
    metrics = []
    for said in about.get("own_metrics", []):
        name, unit, better, en, zh = (said[key] for key in ("name", "unit", "better", "en", "zh"))
        if not all(isinstance(text, str) for text in (name, unit, en, zh)) or better not in ("higher", "lower", None):
            raise ValueError(f"it declares no metric as {name!r}")
        metrics.append(_metric(name, unit, better, en, zh))
    return tuple(metrics)


# --- Running ------------------------------------------------------------------------------------------------


def measure_own(own: OwnMetrics, run: Observation) -> dict[str, float]:
    """The metrics of one's own of a run; NaN where no day is left after the warm-up. Runs the file. Raises `InputError`
    naming file, line and metric."""
    from sanfang.metrics.catalogue import evaluate
    from sanfang.model.books.tables import daily_table, request_table

    evaluated = evaluate(run)
    if not evaluated.length:
        return dict.fromkeys(own.names, math.nan)
    given = {"requests": request_table(run), "daily": daily_table(run), "ledger": run.ledger}
    window = range(evaluated.first, evaluated.end)
    measured = {}
    for name, function in _functions(own).items():
        code = function.__code__
        asked = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        tables = {key: given[key].copy() for key in asked if key in given}  # one metric may change its own
        values = {**tables, **({"window": window} if "window" in asked else {})}
        value = _called(own, name, partial(function, **values))
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise InputError(f"{own.file}, metric {name!r}: returns {in_words(value)}, and not one number")
        measured[name] = float(value)
    return measured


@lru_cache(maxsize=8)
def _functions(own: OwnMetrics) -> Mapping[str, Any]:
    """The functions of a file, which is run for it, once in each process."""
    filename = f"<{own.file}>"
    linecache.cache[filename] = (len(own.text), None, own.text.splitlines(True), filename)
    space: dict[str, Any] = {"__name__": "own_metrics", "__file__": own.file}
    _called(own, "", lambda: exec(compile(own.text, filename, "exec"), space))
    missing = [name for name in own.names if not hasattr(space.get(name), "__code__")]
    if missing:
        raise InputError(f"{own.file}, metric {missing[0]!r}: is no plain function when the file has run")
    return {name: space[name] for name in own.names}


def _called(own: OwnMetrics, name: str, call: Callable[[], Any]) -> Any:
    """What a call into the file gives. Whatever it raises is a fault of the file, told with its line."""
    try:
        return call()
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:
        lines = [
            frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == f"<{own.file}>"
        ]
        where = [own.file, *(f"line {line}" for line in lines[-1:]), *([f"metric {name!r}"] if name else [])]
        raise InputError(f"{', '.join(where)}: {type(error).__name__}: {_first_line(error)}") from None


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[0][:200]
