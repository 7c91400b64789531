"""Compiled code is kept where nobody else can put any, wherever the user is; damaged, it is compiled again."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sanfang
from sanfang.model import code_folder, compiled
from sanfang.model.code_folder import CodeFolder

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


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary ones; what is set in the environment on the way is taken back."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("SANFANG_CACHE", "")
    return folder


# --- Where ----------------------------------------------------------------------------------------------


def a_file(place: Path, patch: pytest.MonkeyPatch) -> str:
    place.touch()
    return "Not a directory"


def a_loop(place: Path, patch: pytest.MonkeyPatch) -> str:
    place.symlink_to(place)
    return "File exists|Too many levels"


def open_to_all(place: Path, patch: pytest.MonkeyPatch) -> str:
    place.mkdir()
    place.chmod(0o777)
    return "others can write to"


def below_one_that_is_open_to_all(place: Path, patch: pytest.MonkeyPatch) -> str:
    place.mkdir()
    (place / "compiled").mkdir(mode=0o700)
    place.chmod(0o777)
    return "others can write to"


def open_to_a_group(place: Path, patch: pytest.MonkeyPatch) -> str:
    place.mkdir()
    place.chmod(0o775)
    patch.setattr(code_folder, "_is_own_group", lambda group: False)
    return "others can write to"


def without_permission(place: Path, patch: pytest.MonkeyPatch) -> str:
    place.mkdir()
    place.chmod(0o555)
    patch.setattr(Path, "mkdir", refused(place, Path.mkdir))  # the administrator is let in everywhere
    return "Permission denied"


def without_room(place: Path, patch: pytest.MonkeyPatch) -> str:
    real = code_folder.tempfile.TemporaryFile

    def full(dir: Any) -> Any:
        if Path(dir).is_relative_to(place):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(dir=dir)

    patch.setattr("tempfile.TemporaryFile", full)
    return "No space left"


def refused(place: Path, real: Callable[..., Any]) -> Callable[..., Any]:
    def do(path: Path, *arguments: Any, **more: Any) -> Any:
        if path != place and path.is_relative_to(place):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *arguments, **more)

    return do


@pytest.mark.parametrize(
    "unfit",
    [a_file, a_loop, open_to_all, below_one_that_is_open_to_all, open_to_a_group,
     without_permission, without_room],
)  # fmt: skip
def test_a_folder_that_cannot_be_used_is_told_once_and_a_private_one_takes_its_place(
    unfit: Callable[..., str],
    tmp_path: Path,
    temporary: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = tmp_path / "place"
    monkeypatch.setenv("SANFANG_CACHE", str(place))
    reason = unfit(place, monkeypatch)
    code = CodeFolder("compiled")
    code.write("a", b"machine code")
    assert code.read("a") == b"machine code"
    assert code.path is not None and code.path.is_relative_to(temporary)
    made = code.path.parent
    assert stat.S_IMODE(made.stat().st_mode) == 0o700 and os.environ["SANFANG_CACHE"] == str(made)
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and f"kept in {place}" in told and "Let SANFANG_CACHE name a folder" in told
    assert any(part in told for part in reason.split("|"))
    again = CodeFolder("compiled")
    assert (again.path, again.read("a"), capsys.readouterr().err) == (code.path, b"machine code", "")


LOCKED = """
import sys, time
from sanfang.model.code_folder import CodeFolder
print(CodeFolder("compiled").path.parent, flush=True)
sys.stdin.read()
"""


def test_what_a_killed_process_left_is_removed_once_it_is_old_and_nothing_else_is(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = os.environ | {"SANFANG_CACHE": os.devnull, "TMPDIR": str(temporary)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-c", LOCKED]
    with subprocess.Popen(command, text=True, env=environment, **pipes) as process:  # type: ignore[call-overload]
        left = Path(process.stdout.readline().strip())
        foreign, elsewhere = temporary / "sanfang-foreign", tmp_path / "elsewhere"
        for folder in (foreign, elsewhere):
            folder.mkdir()
        (elsewhere / code_folder.IN_USE).touch()
        (temporary / "sanfang-link").symlink_to(elsewhere)

        def age() -> None:
            for folder in (left, foreign, elsewhere):
                os.utime(folder, (0, 0))

        age()
        code_folder.remove_left_over()
        assert left.is_dir(), "its process lives"
        process.kill()
    os.utime(left)
    code_folder.remove_left_over()
    assert left.is_dir(), "it is not old"
    age()
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path / "place"))
    assert CodeFolder("compiled").path is not None
    assert not left.exists() and foreign.is_dir() and (elsewhere / code_folder.IN_USE).is_file()


def test_a_user_without_a_home_gets_a_temporary_folder(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_home(name: str) -> str:
        raise RuntimeError("could not determine the home directory")

    for place in (no_home, lambda name: "~/.cache/sanfang"):
        monkeypatch.setenv("SANFANG_CACHE", "")
        monkeypatch.setattr("platformdirs.user_cache_dir", place)
        path = CodeFolder("compiled").path
        assert path is not None and path.is_relative_to(temporary)
        assert "no home folder" in capsys.readouterr().err
    assert not Path("~").exists()


def test_without_any_folder_code_is_compiled_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path / "f" / "g"))
    (tmp_path / "f").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "f"))
    code = CodeFolder("compiled")
    code.write("a", b"machine code")
    assert (code.path, code.read("a"), code.is_complete()) == (None, None, False)
    code.note_complete()
    assert code.is_complete(), "this process has compiled all that it needs"
    assert "compiled by each process anew" in capsys.readouterr().err


def test_a_disk_that_fills_up_moves_the_code_to_a_temporary_folder(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path / "place"))
    code = CodeFolder("compiled")
    code.write("a", b"first")
    real = code_folder._write

    def full(path: Path, content: bytes) -> None:
        if path.is_relative_to(tmp_path / "place"):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, content)

    monkeypatch.setattr(code_folder, "_write", full)
    code.write("b", b"second")
    assert code.path is not None and code.path.is_relative_to(temporary)
    assert (code.read("a"), code.read("b")) == (b"first", b"second")
    assert "No space left" in capsys.readouterr().err
    monkeypatch.setattr(code_folder, "_write", refuse_all)
    code.write("c", b"third")
    assert code.path is None and "compiled by each process anew" in capsys.readouterr().err


def refuse_all(path: Path, content: bytes) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_complete_folder_of_the_administrator_is_used_though_it_takes_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path))
    first = CodeFolder("compiled")
    first.write("a", b"machine code")
    first.note_complete()
    monkeypatch.setattr("tempfile.TemporaryFile", None)
    second = CodeFolder("compiled")
    assert (second.path, second.is_complete(), second.read("a")) == (first.path, True, b"machine code")
    assert capsys.readouterr().err == ""


def test_what_is_made_is_for_its_owner_alone_to_write_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path / "new" / "place"))
    before = os.umask(0)
    try:
        code = CodeFolder("compiled")
        code.write("a", b"machine code")
    finally:
        os.umask(before)
    assert code.path is not None
    for path in (code.path / "a", code.path, code.path.parent, code.path.parent.parent):
        assert not path.stat().st_mode & 0o022, path


def test_a_file_that_others_can_write_to_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path))
    code = CodeFolder("compiled")
    code.write("a", b"machine code")
    assert code.path is not None
    (code.path / "a").chmod(0o666)
    assert code.read("a") is None


def test_a_folder_of_another_user_is_not_used(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path))
    monkeypatch.setattr(code_folder, "ADMINISTRATOR", -1)
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    assert CodeFolder("compiled").path is None, "the temporary one is not this user's either"
    assert f"{tmp_path / 'compiled'} belongs to another user" in capsys.readouterr().err


@pytest.mark.parametrize("harm", ["cut", "emptied", "flipped", "a folder"])
def test_a_damaged_file_is_as_good_as_none(harm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path))
    code = CodeFolder("compiled")
    for name in ("a", "complete"):
        code.write(name, b"machine code")
        assert code.path is not None
        content = bytearray((code.path / name).read_bytes())
        content[-1] ^= harm == "flipped"
        (code.path / name).unlink()
        if harm == "a folder":
            (code.path / name).mkdir()
        else:
            (code.path / name).write_bytes({"cut": content[:-3], "emptied": b"", "flipped": content}[harm])
    assert code.read("a") is None and not code.is_complete()


# --- In processes -----------------------------------------------------------------------------------------


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
