"""A dashboard in a process of its own, and Debian's Chromium to look at it: for benchmarks, tests and screenshots."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Server:
    """A dashboard that answers at `address`."""

    address: str
    process: psutil.Process

    def megabytes(self) -> float:
        return float(self.process.memory_info().rss) / 2**20


@contextmanager
def server() -> Iterator[Server]:
    """A dashboard, started as a user starts it. Raises RuntimeError if it ends at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "from sanfang.cli import app; app()", "dashboard", "--port", str(port)]
    with subprocess.Popen(command, stderr=open("/tmp/w_srv2.err","w")) as started:
        address = f"http://127.0.0.1:{port}"
        try:
            while not _answers(address):
                if started.poll() is not None:
                    raise RuntimeError(f"the dashboard ended at once, with status {started.returncode}")
                time.sleep(0.2)
            yield Server(address, psutil.Process(started.pid))
        finally:
            started.terminate()


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except OSError:
        return False
    return True


def program() -> str | None:
    """The path of a Chromium, or None."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser of Playwright's. Raises RuntimeError where there is none."""
    from playwright.sync_api import sync_playwright

    path = program()
    if path is None:
        raise RuntimeError("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
