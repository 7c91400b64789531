"""Hostile input: a seeded part of the campaign of `make soak`, and everything that campaigns have found before.

What fails is tried again, and shown, by the command in the message. Time and memory are judged in the campaign only.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from soak.hostile.campaign import verdict_of
from soak.hostile.kinds import KINDS, case_of
from soak.hostile.regressions import FOUND

ROOT = Path(__file__).resolve().parents[1]
CASES = {
    "scenario": 20,
    "district": 14,
    "experiment": 20,
    "lesson": 10,
    "command": 20,
    "address": 10,
    "message": 6,
    "export": 6,
}
SOME = [(kind, 0, count) for kind, count in CASES.items()]
BEFORE = [(kind, -len(cases), len(cases)) for kind, cases in FOUND.items()]
ALARM = "120"
"""Seconds after which a case is taken to hang, on a machine that does other things too."""


@pytest.mark.parametrize(("kind", "first", "count"), BEFORE + SOME)
def test_no_traceback_nothing_written_elsewhere_one_clear_message(kind: str, first: int, count: int) -> None:
    command = [
        sys.executable,
        "-m",
        "soak.hostile",
        kind,
        str(first),
        "--count",
        str(count),
        "--alarm",
        ALARM,
        "--lines",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    verdicts = [verdict_of(line) for line in done.stdout.splitlines()]
    found = [f"python -m soak.hostile {kind} {one.number}: {one.findings}" for one in verdicts if one.findings]
    assert not found, "\n".join(found)
    assert len(verdicts) == count, done.stderr


def test_every_kind_is_tried() -> None:
    assert CASES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_is_made_again_from_its_kind_and_number(kind: str) -> None:
    assert all(case_of(kind, number) == case_of(kind, number) for number in range(20))
    assert any(case_of(kind, 0) != case_of(kind, number) for number in range(1, 5))


DEEDS = {
    "open('../x', 'w')": "forbidden: open",
    "__import__('shutil').rmtree('../../../../../canary')": "forbidden: os.remove",
    "__import__('sqlite3').connect('../x')": "forbidden: sqlite3.connect",
    "__import__('subprocess').run(['touch', '../x'])": "forbidden: subprocess.Popen",
    "1 / 0": "a traceback: ZeroDivisionError",
    "__import__('os').kill(__import__('os').getpid(), 9)": "died: SIGKILL",
    "__import__('time').sleep(60)": "hangs: killed",
    "print('\\x1b[2J')": "prints control characters",
    "__import__('sys').exit(3)": "exit status 3",
    "__import__('sys').exit(2)": "refused without a word",
    "print('all is well')": "()",
}
TRY = """
import sanfang.run.simulation  # so that the forks need not
from soak.hostile.attempt import attempt_case
from soak.hostile.case import Case
for deed in {deeds}:
    print(attempt_case("deed", 0, Case(given=(deed,)), lambda case: exec(case.given[0]), 5.0).findings)
"""


OUT = """
import sanfang.run.simulation
from soak.hostile.attempt import attempt_case
from soak.hostile.case import Case
from soak.hostile.inside import run_command, warm_up
warm_up()
for out in {outs}:
    case = Case(given=("run", "before", "--district", "demo", "--scale", "0.02", "--days", "2", "--out", out))
    verdict = attempt_case("command", 0, case, run_command, 60.0)
    print(verdict.outcome, verdict.findings)
"""


def test_the_judge_knows_the_folder_that_was_named_however_it_was_named() -> None:
    """Above the working folder, or in the form of an address; outside the sandbox it is as closed as a system's own."""
    outs = {"../..": "accepted ()", "file:///x": "accepted ()", ".": "accepted ()", " ": "accepted ()",
            "../../../../..": "accepted ()", "/": "refused ()", "../" * 20 + "x": "refused ()"}  # fmt: skip
    command = [sys.executable, "-W", "ignore", "-c", OUT.format(outs=list(outs))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == list(outs.values())


def test_the_judge_sees_what_a_process_may_not_do() -> None:
    """Files written or taken away elsewhere, programs started, a traceback, a process that dies or hangs."""
    command = [sys.executable, "-W", "ignore", "-c", TRY.format(deeds=list(DEEDS))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for finding, seen in zip(DEEDS.values(), done.stdout.splitlines(), strict=True):
        assert finding in seen
