"""What is set for the compiler and cannot be used is told in one line, and ends a command as wrong input does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = [sys.executable, "-c", "from sanfang.cli.app import app; app()", "run", "before", "--district", "demo"]


@pytest.mark.parametrize(
    "setting",
    [
        "NUMBA_NUM_THREADS=0",
        "NUMBA_NUM_THREADS=many",
        "NUMBA_OPT=7",
        "NUMBA_DISABLE_JIT=1",
        "NUMBA_DISABLE_JIT=\x1b[2Jyes\nno",
        "NUMBA_CPU_FEATURES=avx2",
    ],
)
def test_a_setting_that_the_compiler_cannot_use_is_told_in_one_line(setting: str) -> None:
    name, _, value = setting.partition("=")
    ended = subprocess.run(RUN, capture_output=True, text=True, check=False, env=os.environ | {name: value})
    assert ended.returncode == 2 and ended.stdout == "", ended
    assert ended.stderr.startswith("error: ") and name in ended.stderr and ended.stderr.count("\n") == 1, ended.stderr


def test_a_file_of_settings_in_the_current_folder_is_no_exception(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    (tmp_path / ".numba_config.yaml").write_text("disable_jit: 1\n")
    ended = subprocess.run(RUN, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ended.returncode == 2 and "DISABLE_JIT" in ended.stderr and "Traceback" not in ended.stderr


def test_settings_that_the_compiler_can_use_are_left_to_it() -> None:
    code = "import sanfang.model.compiled, numba; print(numba.config.NUMBA_NUM_THREADS, numba.config.CPU_FEATURES)"
    settings = {"NUMBA_NUM_THREADS": "1", "NUMBA_CPU_FEATURES": "+sse2,-avx512f"}
    command = [sys.executable, "-W", "error", "-c", code]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | settings)
    assert ended.stdout.split() == ["1", "+sse2,-avx512f"]
