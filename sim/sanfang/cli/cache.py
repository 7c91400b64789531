"""`sanfang cache`: what is kept on disk to save time, and how to be rid of it."""

from __future__ import annotations

import contextlib
import re
import shutil
from pathlib import Path
from typing import Annotated

import typer

from sanfang.cli.endings import A_CHECK_FAILED, user_errors
from sanfang.cli.options import AsJson
from sanfang.cli.telling import print_json, tell

cache_app = typer.Typer()

CODE_FOLDER = re.compile("compiled-[0-9a-f]{16}")


@cache_app.command("cache")
def cache_command(
    clear: Annotated[bool, typer.Option("--clear", help="Remove it all; what is needed is made again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show compiled code and steady starts kept on disk; `--clear` removes them."""
    with user_errors():
        from sanfang.model.compiled import CODE
        from sanfang.model.start import snapshots

        folder = CODE.path.parent if CODE.path else None
        code = [] if folder is None else [path for path in folder.glob("compiled-*") if _is_code(path)]
        starts, start_bytes = snapshots.usage()
        code_bytes = sum(_size(path) for path in code)
        left = [*snapshots.clear(), *_removed(code)] if clear else []
    if as_json:
        print_json(
            {
                "folder": str(folder or ""),
                "compiled_code_bytes": code_bytes,
                "steady_starts": starts,
                "steady_start_bytes": start_bytes,
                "cleared": clear and not left,
                "not_removed": left,
            }
        )
        if left:
            raise typer.Exit(A_CHECK_FAILED)
        return
    was = "was" if clear else "is"
    print(f"{folder or 'no folder can be had; see SANFANG_CACHE'}")
    print(f"compiled code {was} {code_bytes / 1e6:,.1f} MB in {len(code)} versions")
    print(f"steady starts: {starts:,}, {start_bytes / 1e6:,.1f} MB, of at most {snapshots.MAX_BYTES / 1e9:,.0f} GB")
    for what in left:
        tell(f"not removed: {what}")
    if left:
        raise typer.Exit(A_CHECK_FAILED)
    if clear:
        print("All of it has been removed; the next run makes what it needs again.")


def _is_code(path: Path) -> bool:
    """Whether it is a folder of compiled code, and not something else that somebody has put there."""
    return bool(CODE_FOLDER.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()


def _removed(folders: list[Path]) -> list[str]:
    """Remove folders; what could not be removed, and why."""
    left: list[str] = []

    def note(_: object, path: str, problem: BaseException) -> None:
        if not isinstance(problem, FileNotFoundError):  # another process may clear at the same time
            left.append(f"{path} ({getattr(problem, 'strerror', None) or problem})")

    for folder in folders:
        shutil.rmtree(folder, onexc=note)
    return left


def _size(folder: Path) -> int:
    """Bytes of the files in a folder that are there; others come and go."""
    total = 0
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            with contextlib.suppress(OSError):
                total += file.lstat().st_size
    return total
