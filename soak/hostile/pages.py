"""Messages to a page of a real server on loopback, which is watched as every process under test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.visitor import HERE, Page, ask, page
from websockets.exceptions import WebSocketException

from soak.hostile.case import SANDBOX, Case
from soak.hostile.inside import last_lines
from soak.hostile.kinds import case_of
from soak.hostile.messages import filled
from soak.hostile.sandbox import WORKING_FOLDER, allowed, cache, listing, prepare
from soak.hostile.verdict import Verdict

SERVER = """
import sys
from pathlib import Path
from sanfang.cli.app import app
from soak.hostile.sandbox import cache
from soak.hostile.watch import forbid
forbid([Path(path) for path in sys.argv[2:]], [cache()])
app(["dashboard", "--port", sys.argv[1]])
"""

SILENCE = 0.05
"""Seconds without a word after which the answers to a message are taken to be over."""


@dataclass
class Watched:
    """A server, where it writes its log, and the sandbox that it runs in."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path
    sandbox: Path

    def seconds(self) -> float:
        """Of processors, so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def most_megabytes(self) -> float:
        """The most memory it had since it was asked last."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        with suppress(OSError):
            Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def attempts(numbers: Iterable[int]) -> Iterator[Verdict]:
    """Try the messages with these numbers on one server, or on a new one where it has died."""
    waiting = iter(numbers)
    number = next(waiting, None)
    while number is not None:
        with server() as watched:
            while number is not None and watched.process.poll() is None:
                yield try_messages(watched, number, case_of("message", number))
                number = next(waiting, None)


@contextmanager
def server() -> Iterator[Watched]:
    """A dashboard in a sandbox of its own."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        sandbox, log = Path(folder, "sandbox"), Path(folder, "log")
        prepare(Case(), sandbox)
        with socket.socket() as probe:
            probe.bind((HERE, 0))
            port = probe.getsockname()[1]
        environment = os.environ | {
            "SANFANG_CACHE": str(cache()),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        environment |= {
            "HOME": str(sandbox / "home"),
            "SANFANG_WORKSHOPS": str(sandbox / "tmp" / "workshops"),
            "TMPDIR": str(sandbox / "tmp"),
            "SOLARA_KERNEL_CULL_TIMEOUT": "1s",
        }
        command = [sys.executable, "-c", SERVER, str(port), *map(str, allowed(Case(), sandbox))]
        work = sandbox / WORKING_FOLDER
        with log.open("wb") as written:
            process = subprocess.Popen(command, env=environment, cwd=work, stdout=written, stderr=written)
        watched = Watched(f"http://{HERE}:{port}", process, log, sandbox)
        try:
            while not answers(watched):
                assert process.poll() is None, log.read_text("utf-8", "replace")
                time.sleep(0.1)
            yield watched
        finally:
            process.kill()
            process.wait()


def answers(watched: Watched) -> bool:
    """Whether a page can still be had."""
    with suppress(OSError):
        return ask(watched.address).status == 200
    return False


def try_messages(watched: Watched, number: int, case: Case) -> Verdict:
    """What became of the server when the messages of a case came in, one after the other."""
    told = watched.log.stat().st_size
    before = listing(watched.sandbox, free := allowed(case, watched.sandbox))
    began, _ = watched.seconds(), watched.most_megabytes()
    closed = _closed_on(watched, case)
    findings = []
    if watched.process.poll() is not None:
        return Verdict("message", number, "ended", (f"the server died: {watched.process.returncode}",), 0, 0, "")
    if not answers(watched):
        findings.append("the server does not answer any more")
    new = watched.log.read_bytes()[told:].decode("utf-8", "replace")
    if "Traceback" in new or "Forbidden" in new:
        findings.append(f"a traceback: {last_lines(_first_trace(new))}")
    left = set(listing(watched.sandbox, free).items()) ^ set(before.items())
    findings += [f"left outside its folder: {path}" for path, _ in sorted(left)[:3]]
    outcome = "refused" if closed else "accepted"
    seconds = watched.seconds() - began
    return Verdict("message", number, outcome, tuple(findings), seconds, watched.most_megabytes(), closed)


def _first_trace(log: str) -> str:
    """The first traceback in a log, to the line that names the error."""
    lines = log[log.find("Traceback") :].splitlines()
    ends = [place for place, line in enumerate(lines) if place and line and not line[0].isspace()]
    return "\n".join(lines[: ends[0] + 1] if ends else lines)


def _closed_on(watched: Watched, case: Case) -> str:
    """Open the page, send the messages; why the server closed the connection, or "" where it did not."""
    address, *messages = (text.replace(SANDBOX, str(watched.sandbox)) for text in case.given)
    try:
        with page(watched.address) as opened:
            opened.run(address)
            for message in messages:
                opened.socket.send(filled(message, opened.widgets, opened.control, str(watched.sandbox)))
                _listen(opened)
            opened.answers()
    except (WebSocketException, OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"[:200]
    return ""


def _listen(opened: Page) -> None:
    """Take what the server says to a message, new widgets among it."""
    with suppress(TimeoutError):
        for count, _ in enumerate(opened.heard(SILENCE)):
            if count > 2_000:  # it plays
                return
