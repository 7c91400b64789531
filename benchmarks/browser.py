"""A dashboard in a process of its own, and Debian's Chromium to look at it: for benchmarks, tests and screenshots."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from sanfang.dashboard.serve import in_address

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

HERE = "127.0.0.1"
WORKSHOPS = "SANFANG_WORKSHOPS"
"""The variable that names the folder of workshops (`kept.VARIABLE`)."""


def free_port(host: str = HERE) -> int:
    """A port at which nobody listens."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A dashboard that answers at `address`; `assets` is the folder of its scripts, if it has one of its own."""

    address: str
    process: psutil.Process
    assets: Path | None = None

    def megabytes(self) -> float:
        return float(self.process.memory_info().rss) / 2**20


@contextmanager
def server(
    *options: str, host: str = HERE, assets: Path | None = None, headers: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A dashboard at a loopback address, started as a user starts it, and asked with `headers` until it answers.
    Workshops that are held on it are gone with it: they do not lie among those of whoever starts it.

    Raises RuntimeError if it ends at once.
    """
    port = free_port(host)
    program = [sys.executable, "-c", "from sanfang.cli.app import app; app()"]
    command = [*program, "dashboard", "--host", host, "--port", str(port), *options]
    environment = os.environ | ({"SOLARA_ASSETS_PROXY_CACHE_DIR": str(assets)} if assets else {})
    with (
        tempfile.TemporaryDirectory(prefix="workshops-") as workshops,
        subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment | {WORKSHOPS: workshops}) as started,
    ):
        address = f"http://{in_address(host)}:{port}"
        try:
            while not _answers(address, headers or {}):
                if started.poll() is not None:
                    raise RuntimeError(f"the dashboard ended at once, with status {started.returncode}")
                time.sleep(0.2)
            yield Server(address, psutil.Process(started.pid), assets)
        finally:
            started.terminate()


def _answers(address: str, headers: Mapping[str, str]) -> bool:
    try:
        urllib.request.urlopen(urllib.request.Request(address, headers=dict(headers)), timeout=5).close()
    except urllib.error.HTTPError:  # it asks for a password
        return True
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
