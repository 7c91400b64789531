"""`sanfang dashboard` says what it is doing from the first second, and where it is once it answers there."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from command_lines import call
from sanfang.cli import dashboard, steps
from sanfang.cli.steps import Steps
from sanfang.dashboard import serve
from sanfang.model import compiled
from sanfang.model.code_folder import CodeFolder
from sanfang.run import simulation

HERE = "http://127.0.0.1:8765"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a browser was asked to open; servers answer at once, without being started."""
    shown: list[str] = []

    def serve_at_once(*args: Any, step: Any, answers: Any, **options: Any) -> None:
        for one in dashboard.STEPS:
            step(one)
        answers()

    monkeypatch.setattr(serve, "serve", serve_at_once)
    monkeypatch.setattr(serve, "is_free", lambda host, port: True)
    monkeypatch.setattr(dashboard.webbrowser, "open", shown.append)
    monkeypatch.delenv(dashboard.PASSWORD, raising=False)
    return shown


def twice(number: int) -> int:
    """Something to compile."""
    return 2 * number


class Terminal:
    """A stream that says that it is a terminal, or is none."""

    def __init__(self, is_one: bool = True) -> None:
        self.isatty = lambda: is_one


@pytest.fixture
def at_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard, "sys", SimpleNamespace(stdout=Terminal(), stderr=Terminal(), platform="linux"))
    monkeypatch.setenv("DISPLAY", ":0")
    for name in ("WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)


# --- What is told ---------------------------------------------------------------------------------------------


def test_each_step_is_told_and_the_address_comes_last(opened: list[str]) -> None:
    told = call("dashboard").stderr.splitlines()
    assert told[-len(dashboard.STEPS) - 1 :] == [
        *(f"{text} ..." for text in dashboard.STEPS.values()),
        f"Sanfang is at {HERE}  (Ctrl-C ends it)",
    ]


def test_a_password_is_in_nothing_that_is_told_or_opened(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(dashboard.PASSWORD, "a few words")
    done = call("dashboard", "--browser")
    assert opened == [HERE] and "words" not in done.output + done.stderr


def test_a_long_step_is_told_again_with_its_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps, "LINE_SECONDS", 0.05)
    with Steps() as doing:
        doing("Compiling")
        doing("Compiling")
        time.sleep(0.2)
    heard = capsys.readouterr().err.splitlines()
    assert heard[0] == "Compiling ..." and "Compiling ... 0 s" in heard[1:] and heard.count("Compiling ...") == 1
    time.sleep(0.1)
    doing("Starting")
    assert capsys.readouterr().err == "", "nothing is said after the end"


def test_on_a_terminal_a_clock_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with Steps() as doing:
        for text in ("Compiling [/x]", "Starting"):
            doing(text)
        assert [task.description for task in doing._clock.tasks] == ["Starting"]
    assert not doing._clock.live.is_started


@pytest.mark.parametrize("kept", [True, False])
def test_compiling_is_told_where_code_is_missing_whatever_a_marker_says(
    monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    """A marker says that some run was made with this code before; this one may need what that one did not."""
    told: list[str] = []
    monkeypatch.setattr(compiled, "_TOLD", [])
    monkeypatch.setattr(compiled, "is_cached", lambda: True)
    monkeypatch.setattr(simulation, "simulate", lambda *args, **more: None if kept else compiled._TOLD[0]())
    serve._warm_up(told.append)
    assert told == ["loading", "warming_up", *([] if kept else ["compiling"]), "warming_up"]
    assert set(told) <= set(dashboard.STEPS)


def test_the_model_is_compiled_by_another_process_which_takes_the_compilers_memory_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(compiled, "_TOLD", [])
    monkeypatch.setattr(compiled, "is_cached", lambda: False)
    monkeypatch.setattr(serve, "_in_a_process_of_its_own", lambda work: told.append(work.__name__))
    monkeypatch.setattr(simulation, "simulate", lambda *args, **more: None)
    serve._warm_up(told.append)
    assert told == ["loading", "compiling", "play_two_days", "warming_up", "warming_up"]


def leave_a_file() -> None:
    """Work for a process of its own."""
    Path("left-behind").touch()


def wait_for_ever() -> None:
    """Work that is interrupted."""
    time.sleep(60)


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_a_process_of_its_own_does_its_work_and_ends_with_the_one_that_waits_for_it(
    end: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    serve._in_a_process_of_its_own(leave_a_file)
    assert Path("left-behind").exists()
    waited, usual = list[subprocess.Popen[bytes]](), subprocess.Popen.wait

    def interrupted(self: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        waited.append(self)
        if len(waited) == 1:
            raise end
        return usual(self, timeout)

    monkeypatch.setattr(subprocess.Popen, "wait", interrupted)
    with pytest.raises(end):
        serve._in_a_process_of_its_own(wait_for_ever)
    assert waited[0].poll() not in (None, 0), "it has been killed"


def test_where_no_process_can_be_begun_the_server_compiles_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: Any, **__: Any) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", none_left)
    serve._in_a_process_of_its_own(leave_a_file)


def test_code_that_is_not_kept_is_heard_of_and_code_that_is_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path))
    monkeypatch.setattr(compiled, "CODE", CodeFolder("code"))
    monkeypatch.setattr(compiled, "_TOLD", [])
    compiled.when_compiling(lambda: told.append("compiling"))
    for _ in range(2):  # as in two processes
        assert compiled.compiled(twice)(21) == 42
    assert told == ["compiling"]


# --- When it answers ------------------------------------------------------------------------------------------


@pytest.fixture
def guarded() -> Iterator[str]:
    """The address of something that answers, and asks for a password."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(401)

        def log_message(self, *anything: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_it_is_said_once_the_server_has_answered(guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # is not asked for this machine's own pages
    server, told = SimpleNamespace(started=False, should_exit=False), list[str]()
    waiting = threading.Thread(target=serve.once_it_answers, args=(server, guarded, lambda: told.append("answers")))
    waiting.start()
    time.sleep(2 * serve.ASK_SECONDS)
    assert told == [], "somebody else answers there: ours has not started"
    server.started = True
    waiting.join(5)
    assert told == ["answers"]


def test_a_server_that_ends_before_it_answers_is_told_nowhere() -> None:
    """As where its port was taken meanwhile, or Ctrl-C came."""
    told: list[str] = []
    serve.once_it_answers(
        SimpleNamespace(started=False, should_exit=True),  # type: ignore[arg-type]
        "http://127.0.0.1:1",
        lambda: told.append("answers"),
    )
    assert told == [] and not serve._has_answered("http://127.0.0.1:1")


# --- The browser of this machine ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ([], [HERE]),
        (["--host", "::1"], ["http://[::1]:8765"]),
        (["--no-browser"], []),
        (["--host", "0.0.0.0", "--no-password"], []),
        (["--host", "192.0.2.1", "--no-password"], []),
        (["--host", "0.0.0.0", "--no-password", "--browser"], [HERE]),
    ],
)
def test_a_browser_opens_by_itself_for_this_machine_alone(
    opened: list[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], shown: list[str]
) -> None:
    monkeypatch.setattr(dashboard, "is_at_a_screen", lambda: True)
    assert call("dashboard", *arguments).exit_code == 0 and opened == shown


@pytest.mark.usefixtures("at_a_screen")
@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({}, True),
        ({"stdout": Terminal(False)}, False),
        ({"stderr": Terminal(False)}, False),
        ({"stderr": None}, False),
        ({"DISPLAY": ""}, False),
        ({"DISPLAY": "", "WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": "", "platform": "darwin"}, True),
        ({"DISPLAY": "", "platform": "win32"}, True),
        ({"SSH_CONNECTION": "a b"}, False),
    ],
)
def test_somebody_is_at_a_screen(changed: dict[str, Any], answer: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in changed.items():
        if name.isupper():
            monkeypatch.setenv(name, value)
        else:
            setattr(dashboard.sys, name, value)
    assert dashboard.is_at_a_screen() is answer


def test_where_the_output_is_no_terminal_no_browser_opens(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    assert call("dashboard").exit_code == 0 and opened == []
