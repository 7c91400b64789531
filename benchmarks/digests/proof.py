"""What the runs that are compared make use of: every lever, heading, kind of event, draw, and line of the model.

Made twice, each time under `coverage`: as they are, with an empty cache, so that the compiler's own door is seen as
well; and some short ones without the compiler, to see into compiled functions. Exit status 1 if anything is unused.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import coverage

from benchmarks.digests import interpreted

ROOT = Path(__file__).resolve().parents[2]
COMPILED, UNCOMPILED, ERROR = "compiled", "uncompiled", "error"


# --- In a process of its own ----------------------------------------------------------------------------------


def _compiled() -> dict[str, Any]:
    """Everything that is compared, once; what was booked, which kinds of event there were, which levers acted."""
    import numpy as np

    from benchmarks.digests.content import OTHERS, model_of, scenario_of, tables_of
    from benchmarks.digests.runs import RUNS
    from sanfang.model.books import headings as h

    headings, kinds, levers = set(), set(), set()
    for setup in RUNS.values():
        model = model_of(setup)
        ledger = tables_of(model)["ledger"]
        headings |= set(zip(ledger["resource"].tolist(), ledger["heading"].tolist(), strict=True))
        used = int(model.engine.clock["events_used"][0])
        kinds |= set(np.unique(model.engine.events["kind"][:used]).tolist())
        scenario = scenario_of(setup)
        for policy in (vars(scenario.policy), *scenario.policy_by_community.values()):
            levers |= {name for name, value in policy.items() if value}
    for make in OTHERS.values():
        make()
    declared = [("hours", name) for name in h.HOUR_HEADINGS] + [("yuan", name) for name in h.YUAN_HEADINGS]
    declared += [("outside_hours", name) for name in h.OUTSIDE_HEADINGS]
    declared += [("outside_yuan", "cases"), ("outside_yuan", "collective_economy")]
    from sanfang.scenario.policy import lever_names

    return {
        "levers": _counted(lever_names(), levers),
        "headings": _counted((" ".join(pair) for pair in declared), {" ".join(pair) for pair in headings}),
        "kinds of event": _counted(map(str, range(5)), {str(kind) for kind in kinds}),
    }


def _uncompiled() -> dict[str, Any]:
    """Short runs without the compiler: which calls that draw a number have been made."""
    drawn = interpreted.without_compiler()
    from benchmarks.digests.content import OTHERS, model_of, tables_of
    from benchmarks.digests.runs import SMALL

    for setup in SMALL.values():
        tables_of(model_of(setup))
    for make in OTHERS.values():
        make()
    package = Path(next(iter(sys.modules["sanfang.model"].__path__)))
    sites = {f"{file}:{line}:{column}" for file, line, column in interpreted.places_that_draw(package)}
    return {"draws": _counted(sites, {f"{file}:{line}:{column}" for file, line, column in drawn})}


def _counted(declared: Iterable[str], seen: set[str]) -> list[Any]:
    """How many there are, and those that have not been seen."""
    names = list(declared)
    return [len(names), [name for name in names if name not in seen]]


def measure(how: str) -> dict[str, Any]:
    """What was used, and by file the lines that were not run."""
    watching = coverage.Coverage(source=["sanfang.model"], data_file=None)
    watching.start()
    used = _compiled() if how == COMPILED else _uncompiled()
    watching.stop()
    files = sorted(Path(next(iter(sys.modules["sanfang.model"].__path__))).rglob("*.py"))
    lines = {}
    for path in files:
        _, statements, _, missing, _ = watching.analysis2(str(path))
        lines[str(path)] = {"statements": statements, "missing": missing}
    return {"used": used, "lines": lines}


# --- Together -----------------------------------------------------------------------------------------------------


def _ranges(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Lines of compiled functions, of error branches, and of what only type checkers read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any("compiled" in ast.unparse(d) for d in node.decorator_list):
            yield COMPILED, node.body[0].lineno, node.end_lineno or 0
        elif isinstance(node, ast.ExceptHandler | ast.Raise):
            yield ERROR, node.lineno, node.end_lineno or 0
        elif isinstance(node, ast.If) and (
            isinstance(node.body[-1], ast.Raise) or ast.unparse(node.test) == "TYPE_CHECKING"
        ):
            yield ERROR, node.body[0].lineno, node.body[-1].end_lineno or 0


def _lines_of(path: str, kind: str) -> set[int]:
    tree = ast.parse(Path(path).read_text("utf-8"))
    return {line for name, first, last in _ranges(tree) if name == kind for line in range(first, last + 1)}


def never_run(compiled: dict[str, Any], uncompiled: dict[str, Any]) -> dict[str, list[Any]]:
    """Of the lines outside compiled functions those not run as it is, of those inside them those not run without it."""
    outside, inside = [0, []], [0, []]
    for path, lines in compiled["lines"].items():
        within, errors = _lines_of(path, COMPILED), _lines_of(path, ERROR)
        for book, found, chosen in (
            (outside, lines, lambda line, within=within, errors=errors: line not in within and line not in errors),
            (inside, uncompiled["lines"][path], lambda line, within=within: line in within),
        ):
            book[0] += sum(map(chosen, found["statements"]))
            book[1] += [f"{Path(path).name}:{line}" for line in found["missing"] if chosen(line)]
    return {"lines outside compiled functions and error branches": outside, "lines of compiled functions": inside}


def in_a_process(how: str) -> dict[str, Any]:
    """`measure`, in a process with an empty cache for the compiler's work."""
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"SANFANG_CACHE": cache}
        command = [sys.executable, "-m", "benchmarks.digests.proof", how]
        result = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(result.stdout))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.digests.proof", description=__doc__)
    parser.add_argument("how", nargs="?", choices=(COMPILED, UNCOMPILED), help="in this process, printed as JSON")
    options = parser.parse_args()
    if options.how:
        print(json.dumps(measure(options.how)))
        return 0
    compiled, uncompiled = in_a_process(COMPILED), in_a_process(UNCOMPILED)
    status = 0
    for what, (count, unused) in (compiled["used"] | uncompiled["used"] | never_run(compiled, uncompiled)).items():
        print(f"{what}: {count - len(unused)} of {count}{''.join(f'{chr(10)}  not {name}' for name in unused)}")
        status |= bool(unused)
    return status


if __name__ == "__main__":
    sys.exit(main())
