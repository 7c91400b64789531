"""Processes share compiled code, and compile it again where it is damaged or another version's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sanfang
from sanfang.model import compiled

PACKAGE = Path(sanfang.__file__).parent

MIXED = """
from sanfang.model import compiled
from sanfang.model.kernel import draws
print(compiled.is_cached(), draws.mix(1, 2))
compiled.note_complete()
"""


def ran(script: str, cache: Path, package: Path = PACKAGE, **more: str) -> subprocess.CompletedProcess[str]:
    """A process of its own that keeps its compiled code in `cache`."""
    environment = os.environ | {"SANFANG_CACHE": str(cache), "PYTHONPATH": str(package.parent)} | more
    command = [sys.executable, *(["-c", script] if "\n" in script else [script])]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


# --- In processes --------------------------------------------------------------------------------------------


def test_a_command_whose_cache_is_a_file_runs_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "temporary").mkdir()
    usual = ran(MIXED, tmp_path / "good").stdout
    kept = {path for path in PACKAGE.rglob("*.nb[ci]")}
    ended = ran(MIXED, tmp_path / "file", HOME=str(tmp_path / "file"), TMPDIR=str(tmp_path / "temporary"))
    assert (ended.returncode, ended.stdout) == (0, usual), ended.stderr
    assert ended.stderr.count("\n") == 1 and "SANFANG_CACHE" in ended.stderr
    assert list((tmp_path / "temporary").iterdir()) == []
    assert {path for path in PACKAGE.rglob("*.nb[ci]")} == kept, "nothing is kept beside the sources"


WITH_WORKER = """
import multiprocessing, os
def shown():
    from sanfang.model import compiled
    from sanfang.model.kernel import draws
    draws.mix(1, 2)
    print(compiled.CODE.path, draws.mix.stats.cache_hits.total(), flush=True)
if __name__ == "__main__":
    shown()
    worker = multiprocessing.get_context("spawn").Process(target=shown)
    worker.start()
    worker.join()
"""


def test_workers_share_the_folder_that_their_parent_fell_back_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    script = tmp_path / "script.py"
    script.write_text(WITH_WORKER)
    ended = ran(str(script), tmp_path / "file")
    first, second = ended.stdout.splitlines()
    assert first.split()[0] == second.split()[0] and second.split()[1] == "1", "the worker compiled nothing"
    assert ended.stderr.count("SANFANG_CACHE") == 1


def test_damaged_files_are_compiled_again(tmp_path: Path) -> None:
    usual = ran(MIXED, tmp_path)
    whole = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert whole, usual.stderr
    for path, content in whole.items():
        path.write_bytes(content[: len(content) // 2])
    ended = ran(MIXED, tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, usual.stdout, "")
    assert all(path.stat().st_size == len(content) for path, content in whole.items()), "and kept again"


def test_it_is_said_truly_whether_this_checkout_is_compiled(tmp_path: Path) -> None:
    cache, other = tmp_path / "cache", tmp_path / "other" / "sanfang"
    assert ran(MIXED, cache).stdout.startswith("False")
    assert ran(MIXED, cache).stdout.startswith("True")
    shutil.copytree(PACKAGE, other, ignore=shutil.ignore_patterns("__pycache__"))
    assert ran(MIXED, cache, other).stdout.startswith("False"), "its machine code is not that of the first"
    for path in cache.rglob("*mix*"):
        path.unlink()
    assert ran(MIXED, cache).stdout.startswith("False"), "the files are gone"


def test_a_constant_of_any_file_of_the_model_counts_as_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiler freezes constants into the code of other files, those of `headings.py` for example."""
    copied = shutil.copytree(PACKAGE / "model", tmp_path / "model")
    monkeypatch.setattr(compiled, "__file__", str(copied / "compiled.py"))
    before = compiled._digest()
    with (copied / "books" / "headings.py").open("a") as file:
        file.write("\nTRAINING = 1\n")
    assert compiled._digest() != before


WATCHED = """
from sanfang.model import code_folder
from sanfang.model.kernel import draws
real = code_folder._write
def told(path, content):
    print("writing", flush=True)
    input()
    real(path, content)
code_folder._write = told
draws.mix(1, 2)
"""


def test_processes_may_compile_at_once_and_one_be_killed_meanwhile(tmp_path: Path) -> None:
    usual = ran(MIXED, tmp_path / "alone").stdout
    environment = os.environ | {"SANFANG_CACHE": str(tmp_path / "shared"), "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-c", WATCHED]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    both = [subprocess.Popen(command, text=True, env=environment, **pipes) for _ in range(2)]  # type: ignore[call-overload]
    for one in both:
        assert one.stdout.readline() == "writing\n", "they compile at once"
    both[0].kill()
    both[0].communicate()
    _, told = both[1].communicate("\n" * 100)
    assert (both[1].returncode, told) == (0, "")
    assert ran(MIXED, tmp_path / "shared").stdout == usual
