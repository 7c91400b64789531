"""The process of a case: goes into the sandbox, lets itself be watched, does what the case says, tells how it ended."""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from soak.hostile.case import SANDBOX, Case
from soak.hostile.kinds import KINDS, case_of
from soak.hostile.sandbox import WORKING_FOLDER, allowed, cache, named_elsewhere
from soak.hostile.verdict import Ended
from soak.hostile.watch import Forbidden, forbid

DAYS = 60
"""Days that one process may simulate: the first is what a case is to reach, the others let short runs end."""

used: list[tuple[float, float]] = []
"""Seconds of processors, and the most megabytes, when the first day had been simulated."""

MAX_ADDRESSES = 6 << 30
MAX_DISK = 1 << 29
"""Bytes, so that a case cannot take the machine down before it is judged."""

Action = Callable[[Case], None]


class Enough(BaseException):
    """The days of this process are over. No `except Exception` stops it."""


def do_inside(action: Action, case: Case, folder: Path) -> None:
    """Do `action` with the case in this process, which then tells how it ended."""
    os.setsid()
    sandbox = folder / "sandbox"
    os.chdir(sandbox / WORKING_FOLDER)
    os.environ |= {"HOME": str(sandbox / "home"), "TMPDIR": str(sandbox / "tmp")}
    tempfile.tempdir = None
    filled = tuple(text.replace(SANDBOX, str(sandbox)) for text in case.given)
    _let_simulate(DAYS)
    _limit(case)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the peak of memory begins anew
    forbid([*allowed(case, sandbox), folder / "ended.json"], [cache()], named_elsewhere(case, sandbox))
    ended = _measured(action, replace(case, given=filled))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_DISK, MAX_DISK))
    (folder / "ended.json").write_text(json.dumps(asdict(ended)))
    os._exit(0)


def action_of(kind: str) -> Action:
    """What is done with a case of this kind: its module's own `attempt`, or the command that it gives."""
    action: Action = getattr(KINDS[kind], "attempt", run_command)
    return action


def run_command(case: Case) -> None:
    """The command line of a case. It ends with SystemExit."""
    from sanfang.cli.app import app
    from sanfang.scenario.errors import InputError

    try:
        app(list(case.given), prog_name="sanfang")
    except InputError as error:
        raise RuntimeError("a wrong input is not told to the user") from error


def _measured(action: Action, case: Case) -> Ended:
    """What `action` does with the case, and what it took until it was refused, or had simulated a day."""
    from numba.core.event import TimingListener, install_listener

    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  as long as the process
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(open(place, "wb", buffering=0, closefd=False), case.encoding, errors, write_through=True)  # noqa: SIM115
        for place, errors in ((1, "strict"), (2, "backslashreplace"))
    )
    if case.disk:  # a full disk is no reason why nothing can be printed
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    began, compiling = _seconds(), TimingListener()
    with install_listener("numba:compile", compiling):
        told = _told(action, case)
    seconds, megabytes = (*used, (_seconds(), _megabytes()))[0]
    compiled = compiling.duration if compiling.done else 0.0
    return Ended(**told, seconds=max(0.0, seconds - began - compiled), megabytes=megabytes)


def _told(action: Action, case: Case) -> dict[str, Any]:
    from sanfang.scenario.errors import InputError

    try:
        action(case)
        return {"status": 0}
    except SystemExit as end:
        return {"status": end.code if isinstance(end.code, int) else 0 if end.code is None else 1}
    except Enough:
        return {"status": 0, "stopped": True}
    except InputError as error:
        return {"status": 2, "said": str(error)}
    except Forbidden as deed:
        return {"accident": f"forbidden: {deed}"}
    except BaseException:
        return {"accident": f"a traceback: {last_lines(traceback.format_exc())}"}


def last_lines(trace: str) -> str:
    """Where it was raised, in the project's own code, and what."""
    lines = trace.strip().splitlines()
    own = [line.strip().split("/sanfang/")[-1] for line in lines if "/sim/sanfang/" in line]
    return f"{lines[-1][:300]} ({own[-1] if own else ''})"


def _let_simulate(days: int) -> None:
    """Let this process, and each that it forks to work for it, simulate so many days; then it is enough."""
    from sanfang.model.model import DistrictModel

    step, left, here = DistrictModel.step, [days], os.getpid()

    def enough(*_: Any) -> None:
        raise Enough

    def counted(model: DistrictModel) -> None:
        step(model)
        if not used:
            used.append((_seconds(), _megabytes()))
        left[0] -= 1
        if left[0] > 0:
            return
        if os.getpid() == here:
            raise Enough
        os.kill(here, signal.SIGUSR1)
        signal.pause()  # until it is ended with all others

    signal.signal(signal.SIGUSR1, enough)
    DistrictModel.step = counted  # type: ignore[method-assign]


def _limit(case: Case) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESSES, MAX_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (case.disk or MAX_DISK, MAX_DISK))


def _seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _megabytes() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def warm_up() -> None:
    """Load all that commands load, so that forks need not, and compile the model.

    The first of the three days is a holiday: then offices work.
    """
    from sanfang.cli.app import app

    cache()
    folder = tempfile.mkdtemp(prefix="hostile-warm-")
    small = ["--days", "3", "--scale", "0.1", "--district", "demo"]
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        for command in (
            ["run", "before"],
            ["compare", "before", "services", "--reps", "2", "--jobs", "1", "--out", folder],
        ):
            with suppress(SystemExit):
                app([*command, *small], prog_name="sanfang")
    shutil.rmtree(folder)
    import sanfang.dashboard.pages.lessons.files
    import sanfang.lab.sweeps.sweep  # noqa: F401


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m soak.hostile.inside", description=__doc__)
    parser.add_argument("kind", metavar="KIND")
    parser.add_argument("number", type=int, metavar="NUMBER", help="of the case")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the case may write")
    options = parser.parse_args()
    do_inside(action_of(options.kind), case_of(options.kind, options.number), options.folder)


if __name__ == "__main__":
    main()
