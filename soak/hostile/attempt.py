"""One case in a process of its own: forked from one that is warm, or started anew; inside a sandbox; watched."""

from __future__ import annotations

import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from soak.hostile.case import SANDBOX, Case
from soak.hostile.kinds import KINDS, case_of
from soak.hostile.verdict import Ended, Verdict, judged
from soak.hostile.watch import Forbidden, forbid

DAYS = 12
"""Days that one process may simulate: the first is what a case is to reach, the others let short runs end by themselves."""

MOST_ADDRESSES = 6 << 30
MOST_DISK = 1 << 29
"""Bytes, so that a case cannot take the machine down before it is judged."""

WORKING_FOLDER = "a/b/c/d/work"
"""Below the sandbox, so deep that a few `..` do not lead out of it."""


Action = Callable[[Case], None]


class Enough(BaseException):
    """The days of this process are over. No `except Exception` stops it."""


# --- From outside ------------------------------------------------------------------------------------------------


def attempt(kind: str, number: int, alarm: float) -> Verdict:
    """Try a case; it is killed after `alarm` seconds."""
    return attempt_case(kind, number, case_of(kind, number), action_of(kind), alarm)


def attempt_case(kind: str, number: int, case: Case, action: Action, alarm: float) -> Verdict:
    """What becomes of it when `action` is done with a case."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder, _outputs(folder) as (out, errors):
        sandbox = Path(folder, "sandbox")
        prepare(case, sandbox)
        free = allowed(case, sandbox)
        before = listing(sandbox, free)
        if case.fresh:
            process = _started_anew(kind, number, folder, out, errors)
        else:
            process = _forked(action, case, folder, out, errors)
        ended = _waited(process, Path(folder, "ended.json"), alarm)
        left = sorted(set(listing(sandbox, free).items()) ^ set(before.items()))
        texts = [_read(stream, case.encoding) for stream in (out, errors)]
    typed = sum(map(len, case.given))
    outside = [path for path, _ in left]
    return judged(kind, number, ended, *texts, outside, typed, wants_json="--json" in case.given)


def prepare(case: Case, sandbox: Path) -> None:
    """A working folder with the files of the case, a home, and a file beside them that nobody may touch."""
    for name in (WORKING_FOLDER, "home", "tmp", "canary"):
        (sandbox / name).mkdir(parents=True)
    (sandbox / "canary" / "sings").write_text("yes")
    for name, content in case.files.items():
        path = sandbox / WORKING_FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace(SANDBOX.encode(), bytes(sandbox)))


def allowed(case: Case, sandbox: Path) -> list[Path]:
    """Where the case may write: the folder named on its command line, what is said to be the default, and caches."""
    work = sandbox / WORKING_FOLDER
    outs = [after for before, after in zip(case.given, case.given[1:], strict=False) if before == "--out"]
    named = [_new_part(work / out.replace(SANDBOX, str(sandbox))) for out in outs if out.strip("./ ")]
    caches = (sandbox / "home" / name for name in (".cache", ".config", ".solara", ".ipython"))
    return [*named, work / "results", *caches, sandbox / "tmp"]


def _new_part(path: Path) -> Path:
    """The uppermost folder of a path that is not there yet, or else the path."""
    with suppress(OSError):
        return next((above for above in reversed(path.parents) if not above.exists()), path)
    return path


def listing(sandbox: Path, without: list[Path]) -> dict[str, tuple[int, int]]:
    """Size and time of every file and folder, but for what is below `without`."""
    inside = tuple(os.path.realpath(path) for path in without)
    found = {}
    for folder, folders, files in os.walk(sandbox):
        folders[:] = [name for name in folders if os.path.realpath(os.path.join(folder, name)) not in inside]
        for name in [*files, *folders]:
            path = os.path.join(folder, name)
            if os.path.realpath(path) not in inside:
                state = os.lstat(path)
                found[os.path.relpath(path, sandbox)] = (state.st_size, state.st_mtime_ns) if name in files else (0, 0)
    return found


@contextmanager
def _outputs(folder: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    with open(Path(folder, "out"), "w+b") as out, open(Path(folder, "errors"), "w+b") as errors:
        yield out, errors


def _read(stream: IO[bytes], encoding: str) -> str:
    stream.seek(0)
    return stream.read(10_000_000).decode(encoding, "replace")


def _forked(action: Action, case: Case, folder: str, out: IO[bytes], errors: IO[bytes]) -> int:
    process = os.fork()
    if process == 0:
        try:
            for stream, place in ((out, 1), (errors, 2)):
                os.dup2(stream.fileno(), place)
            inside(action, case, Path(folder))
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(3)
    return process


def _started_anew(kind: str, number: int, folder: str, out: IO[bytes], errors: IO[bytes]) -> int:
    from sanfang.model.compiled import CACHE

    command = [sys.executable, "-m", "soak.hostile.attempt", kind, str(number), folder]
    environment = os.environ | {
        "SANFANG_CACHE": str(CACHE.parent),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    return subprocess.Popen(command, stdout=out, stderr=errors, env=environment).pid


def _waited(process: int, report: Path, alarm: float) -> Ended:
    """How the process ended, which is killed with all that it started if it does not."""
    deadline = time.monotonic() + alarm
    while not (ended := os.waitpid(process, os.WNOHANG))[0]:
        if time.monotonic() > deadline:
            _kill(process)
            os.waitpid(process, 0)
            return Ended(accident=f"hangs: killed after {alarm:.0f} s", seconds=alarm)
        time.sleep(0.002)
    _kill(process)
    if report.exists():
        return Ended(**json.loads(report.read_text()))
    signalled = os.WTERMSIG(ended[1]) if os.WIFSIGNALED(ended[1]) else 0
    return Ended(accident=f"died: {signal.Signals(signalled).name if signalled else ended[1]}")


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


# --- From inside ------------------------------------------------------------------------------------------------


def inside(action: Action, case: Case, folder: Path) -> None:
    """Do `action` with the case in this process, which then tells how it ended."""
    from sanfang.model.compiled import CACHE

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
    forbid([*allowed(case, sandbox), folder / "ended.json"], [CACHE])
    ended = _measured(action, Case(case.files, filled, case.encoding))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_DISK, MOST_DISK))
    (folder / "ended.json").write_text(json.dumps(asdict(ended)))
    os._exit(0)


def action_of(kind: str) -> Action:
    """What is done with a case of this kind: its module's own `attempt`, or the command that it gives."""
    action: Action = getattr(KINDS[kind], "attempt", run_command)
    return action


def run_command(case: Case) -> None:
    """The command line of a case. It ends with SystemExit."""
    from sanfang.cli import app

    app(list(case.given), prog_name="sanfang")


def _measured(action: Action, case: Case) -> Ended:
    """What `action` does with the case, its processors' seconds, compilation apart, and the most memory it had."""
    from numba.core.event import TimingListener, install_listener

    sys.stdin = open(os.devnull, encoding="utf-8")
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(open(place, "wb", buffering=0, closefd=False), case.encoding, errors, write_through=True)
        for place, errors in ((1, "strict"), (2, "backslashreplace"))
    )
    began, compiling = _seconds(), TimingListener()
    with install_listener("numba:compile", compiling):
        told = _told(action, case)
    seconds = _seconds() - began - (compiling.duration if compiling.done else 0.0)
    return Ended(**told, seconds=seconds, megabytes=_megabytes())


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
        if action is run_command or action.__module__.endswith("command_lines"):
            return {"accident": f"a traceback: {last_lines(traceback.format_exc())}"}
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
    from sanfang.model.model import DistrictModel

    step, left = DistrictModel.step, [days]

    def counted(model: DistrictModel) -> None:
        step(model)
        left[0] -= 1
        if not left[0]:
            raise Enough

    DistrictModel.step = counted  # type: ignore[method-assign]


def _limit(case: Case) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (case.disk or MOST_DISK, MOST_DISK))


def _seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _megabytes() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def warm_up() -> None:
    """Load all that commands load, so that forks need not: a run, a comparison with its figure. Three days of a district
    that begins with a holiday, so that offices have worked and all is compiled."""
    from sanfang.cli import app

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
    import sanfang.dashboard.lessons.files
    import sanfang.lab.sweep  # noqa: F401


if __name__ == "__main__":
    inside(action_of(sys.argv[1]), case_of(sys.argv[1], int(sys.argv[2])), Path(sys.argv[3]))
