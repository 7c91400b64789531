"""Who needs a start that another process makes waits, says so, and does not wait for one that has stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sanfang.model.start import one_maker

HOLDER = """
import sys, time
from pathlib import Path
from sanfang.model.start.one_maker import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holding(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_a_maker_that_has_stopped_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.lock"
    monkeypatch.setattr(one_maker, "SAY_SECONDS", 0.0)
    with holding(path) as maker:
        maker.send_signal(signal.SIGSTOP)
        monkeypatch.setattr(one_maker, "PATIENCE_SECONDS", 0.5)
        with one_maker.alone(path):
            assert path.exists(), "the lock is still the other's"
        maker.kill()
    told = capsys.readouterr().err
    assert "Waiting for another process" in told and str(path) in told and "waited for no more" in told


def test_a_maker_that_dies_is_followed_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with holding(path) as maker:
        maker.kill()
    with one_maker.alone(path):
        assert path.exists()
    assert not path.exists()


def test_the_making_marks_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_maker, "MARK_SECONDS", 0.0)
    path = tmp_path / "a.lock"
    with one_maker.alone(path) as mark:
        os.utime(path, (1, 1))
        mark()
        assert time.time() - path.stat().st_mtime < 60


def test_a_folder_that_takes_no_lock_keeps_nobody_from_making(tmp_path: Path) -> None:
    (tmp_path / "a.lock").mkdir()
    with one_maker.alone(tmp_path / "a.lock") as mark:
        mark()
    assert (tmp_path / "a.lock").is_dir()
