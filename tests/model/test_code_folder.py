"""Compiled code is kept where nobody else can put any, wherever the user is; damaged, it is compiled again."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sanfang.model import code_folder
from sanfang.model.code_folder import CodeFolder, LastingFolder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary ones; what is set in the environment on the way is taken back."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("SANFANG_CACHE", "")
    monkeypatch.setenv(code_folder.READ_TOO, "")
    return folder


# --- Where ---------------------------------------------------------------------------------------------------


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


LASTING = ("workshops", "SANFANG_LASTING", "Workshops", "they are lost")


@pytest.mark.parametrize(
    "unfit", [a_file, open_to_all, below_one_that_is_open_to_all, without_permission, without_room]
)
def test_nothing_takes_the_place_of_a_folder_for_what_is_to_last(
    unfit: Callable[..., str],
    tmp_path: Path,
    temporary: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """That of compiled code stays where it is, too, and the message names the right variable."""
    place = tmp_path / "place"
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SANFANG_LASTING", str(place / "workshops"))
    unfit(place, monkeypatch)
    folder = LastingFolder(*LASTING)
    for _ in range(2):
        folder.write("a", b"a workshop")
    assert not folder.is_kept and folder.read("a") is None and not [*temporary.iterdir()]
    assert os.environ["SANFANG_CACHE"] == str(tmp_path / "cache")
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and str(place) in told and "Let SANFANG_LASTING name" in told


def test_what_is_to_last_is_for_this_user_alone_and_never_in_a_temporary_folder(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    monkeypatch.setenv("SANFANG_CACHE", str(place))
    place.write_text("in the way")
    assert CodeFolder("compiled").path is not None and os.environ["SANFANG_CACHE"] != str(place)
    place.unlink()
    folder = LastingFolder(*LASTING)
    folder.write("a", b"a workshop")
    assert folder.path == place / "workshops" and folder.is_kept and folder.read("a") == b"a workshop"
    assert stat.S_IMODE((folder.path / "a").stat().st_mode) == 0o600


def test_one_file_that_is_not_kept_does_not_keep_others_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is full for a while, or where the file is being read by another on Windows."""
    monkeypatch.setenv("SANFANG_LASTING", str(tmp_path / "workshops"))
    folder = LastingFolder(*LASTING)
    with monkeypatch.context() as full:
        full.setattr(os, "replace", not_now)
        folder.write("a", b"a workshop")
        assert not folder.is_kept
    folder.write("a", b"a workshop")
    assert folder.is_kept and folder.read("a") == b"a workshop"


def not_now(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


LOCKED = """
import sys, time
from sanfang.model.code_folder import CodeFolder, LastingFolder
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


def test_what_lies_in_a_folder_that_takes_no_files_is_read_all_the_same(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path / "place"))
    CodeFolder("starts").write("a", b"kept long ago")
    without_room_in = tmp_path / "place"
    real = code_folder.tempfile.TemporaryFile

    def full(dir: Any) -> Any:
        if Path(dir).is_relative_to(without_room_in):
            raise OSError(errno.EROFS, "Read-only file system")
        return real(dir=dir)

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    starts = CodeFolder("starts")
    starts.write("b", b"new")
    assert (starts.read("a"), starts.read("b")) == (b"kept long ago", b"new")
    assert starts.path is not None and starts.path.is_relative_to(temporary)
    assert capsys.readouterr().err.count("\n") == 1


def test_a_worker_neither_tells_it_again_nor_leaves_a_folder_behind(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SANFANG_CACHE", os.devnull)
    monkeypatch.setattr("multiprocessing.parent_process", lambda: object())
    code = CodeFolder("compiled")
    assert code.path is None and capsys.readouterr().err == ""
    assert not list(temporary.iterdir())
