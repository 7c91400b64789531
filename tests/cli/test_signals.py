"""Ctrl-C and SIGTERM end every command in order: with the status that says so, and nothing left behind."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from benchmarks import browser

from sanfang.cli import start
from sanfang.cli.endings import orderly_end

SANFANG = (sys.executable, "-c", "from sanfang.cli.start import main; main()")


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        (("run", "before", "--district", "demo", "--out", "out"), signal.SIGTERM),
        (("run", "before", "--district", "demo", "--out", "out"), signal.SIGINT),
        (("compare", "before", "services", "--district", "demo", "--jobs", "2", "--out", "out"), signal.SIGTERM),
        (("dashboard", "--port", "{port}"), signal.SIGTERM),
    ],
)
def test_a_command_that_compiles_into_a_temporary_folder_takes_it_along(
    tmp_path: Path, arguments: tuple[str, ...], number: signal.Signals
) -> None:
    """It says that its compiled code lies there, and then compiles for a minute."""
    (tmp_path / "temporary").mkdir()
    port = str(browser.free_port())
    command = [*SANFANG, *(part.format(port=port) for part in arguments)]
    environment = os.environ | {"SANFANG_CACHE": os.devnull, "TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path) as process:
        assert process.stderr is not None
        assert any("until this command ends" in line for line in process.stderr)
        process.send_signal(number)
        rest = process.stderr.read()
    assert (process.returncode, "Traceback" in rest) == (128 + number, False), rest
    assert list(tmp_path.rglob("*")) == [tmp_path / "temporary"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_dashboard_that_serves_ends_with_the_status_of_the_signal(number: signal.Signals) -> None:
    with browser.server() as server:
        server.process.send_signal(number)
        assert server.process.wait() == 128 + number


def test_ctrl_c_while_the_command_line_is_being_loaded_leaves_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting:
        def find_spec(self, name: str, *more: object) -> None:
            if name == "sanfang.cli.app":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "sanfang.cli.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    with pytest.raises(SystemExit, match="130"):
        start.main()


@pytest.mark.parametrize("answer", ["pass", "raise ImportError('wrapped')"])
def test_an_end_that_is_asked_for_while_a_library_loads_comes_after_it(
    answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library in C may swallow what is raised meanwhile, or make another error of it."""
    module = f"loads_{len(answer)}"
    text = f"import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGTERM)\nexcept BaseException:\n    {answer}\n"
    (tmp_path / f"{module}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SystemExit, match="143"), orderly_end():
        importlib.import_module(module)
        time.sleep(30)
    assert module in sys.modules


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="signals are the main thread's")
@pytest.mark.parametrize("file", ["<frozen importlib._bootstrap>", "site-packages/llvmlite/binding/executionengine.py"])
@pytest.mark.parametrize(
    ("number", "end"), [(signal.SIGTERM, SystemExit), (signal.SIGINT, KeyboardInterrupt)], ids=["SIGTERM", "SIGINT"]
)
def test_the_end_waits_where_what_is_raised_would_be_swallowed(
    file: str, number: signal.Signals, end: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    text = f"signal.raise_signal({number})\ndone.append('what is called')\n"
    monkeypatch.setattr(signal, "getsignal", lambda _number: signal.default_int_handler)  # also where it is ignored
    with pytest.raises(end) as ended, orderly_end():
        exec(compile(text, file, "exec"), {"signal": signal, "done": done})
        time.sleep(5)
        done.append("after it")
    assert str(ended.value) == (str(128 + number) if end is SystemExit else "") and done == ["what is called"]


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="signals are the main thread's")
def test_an_end_that_waits_is_not_lost_where_the_work_is_over_before_it() -> None:
    text = "signal.raise_signal(signal.SIGTERM)"
    with pytest.raises(SystemExit, match="143"), orderly_end():
        exec(compile(text, "<frozen importlib._bootstrap>", "exec"), {"signal": signal})


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="signals are the main thread's")
def test_an_interrupt_that_is_ignored_stays_ignored() -> None:
    """As in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with orderly_end():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
