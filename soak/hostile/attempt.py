"""One case in a process of its own: forked from one that is warm, or started anew; what became of it is judged here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from soak.hostile.case import Case
from soak.hostile.inside import Action, action_of, do_inside
from soak.hostile.kinds import case_of
from soak.hostile.sandbox import allowed, cache, listing, prepare
from soak.hostile.verdict import Ended, Verdict, judged


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
    options = case.given[: case.given.index("--")] if "--" in case.given else case.given
    return judged(
        kind,
        number,
        ended,
        *texts,
        outside,
        typed,
        wants_json="--json" in options and not {"--help", "-h"} & set(options),
    )


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
            do_inside(action, case, Path(folder))
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(3)
    return process


def _started_anew(kind: str, number: int, folder: str, out: IO[bytes], errors: IO[bytes]) -> int:
    command = [sys.executable, "-m", "soak.hostile.inside", kind, str(number), folder]
    environment = os.environ | {
        "SANFANG_CACHE": str(cache()),
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
