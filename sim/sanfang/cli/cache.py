"""`sanfang cache`: what is kept on disk to save time, and how to be rid of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from sanfang.cli.endings import user_errors
from sanfang.cli.options import AsJson
from sanfang.cli.telling import print_json

cache_app = typer.Typer()


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
        code = [] if folder is None else [path for path in folder.glob("compiled-*") if path.is_dir()]
        starts, start_bytes = snapshots.usage()
        code_bytes = sum(_size(path) for path in code)
        if clear:
            snapshots.clear()
            for path in code:
                shutil.rmtree(path, ignore_errors=True)
    if as_json:
        print_json(
            {
                "folder": str(folder or ""),
                "compiled_code_bytes": code_bytes,
                "steady_starts": starts,
                "steady_start_bytes": start_bytes,
                "cleared": clear,
            }
        )
        return
    was = "was" if clear else "is"
    print(f"{folder or 'no folder can be had; see SANFANG_CACHE'}")
    print(f"compiled code {was} {code_bytes / 1e6:,.1f} MB in {len(code)} versions")
    print(f"steady starts: {starts:,}, {start_bytes / 1e6:,.1f} MB, of at most {snapshots.MAX_BYTES / 1e9:,.0f} GB")
    if clear:
        print("All of it has been removed; the next run makes what it needs again.")


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
