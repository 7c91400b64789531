"""The folder that a case runs in, and what it may leave there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import platformdirs

from soak.hostile.case import SANDBOX, Case

WORKING_FOLDER = "a/b/c/d/work"
"""Below the sandbox, so deep that a few `..` do not lead out of it."""


def cache() -> Path:
    """Where the compiled model lies. Processes in a sandbox, whose home is another, find it by `SANFANG_CACHE`."""
    return Path(os.environ.setdefault("SANFANG_CACHE", platformdirs.user_cache_dir("sanfang")))


def prepare(case: Case, sandbox: Path) -> None:
    """A working folder with the files of the case, a home, and a file beside them that nobody may touch."""
    for name in (WORKING_FOLDER, "home", "tmp", "canary"):
        (sandbox / name).mkdir(parents=True)
    (sandbox / "canary" / "sings").write_text("yes")
    for name, content in case.files.items():
        path = sandbox / WORKING_FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace(SANDBOX.encode(), bytes(sandbox)))


def allowed(case: Case, sandbox: Path) -> list[Path]:
    """Where the case may write: what its command line names, what is said to be the default, and caches."""
    named = [_new_part(path) for path in _named(case, sandbox) if _lies_in(path, sandbox)]
    caches = (sandbox / "home" / name for name in (".cache", ".config", ".solara", ".ipython"))
    return [*named, sandbox / WORKING_FOLDER / "results", *caches, sandbox / "tmp"]


def named_elsewhere(case: Case, sandbox: Path) -> list[Path]:
    """Folders named on its command line that lie outside the sandbox: the user may want that, but not here."""
    return [path for path in _named(case, sandbox) if not _lies_in(path, sandbox)]


def _named(case: Case, sandbox: Path) -> list[Path]:
    work = sandbox / WORKING_FOLDER
    pairs = list(zip(case.given, case.given[1:], strict=False))
    outs = [word for before, word in pairs if before == "--out"]
    if list(case.given[:2]) == ["scenario", "new"]:  # writes the file that it is asked for
        news = [word for before, word in pairs[1:] if not word.startswith("-") and before != "--lang"]
        outs += [name for new in news for name in (new, f"{new}.toml")]
    return [work / out.replace(SANDBOX, str(sandbox)) for out in outs]


def _lies_in(path: Path, sandbox: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(sandbox))


def _new_part(path: Path) -> Path:
    """The uppermost folder of a path that is not there yet, or else the path."""
    with suppress(OSError):
        return next((above for above in reversed(path.parents) if not above.exists()), path)
    return path


def listing(sandbox: Path, without: list[Path]) -> dict[str, tuple[int, int]]:
    """Size and time of every file and folder, but for what is below `without`."""
    inside = tuple(os.path.realpath(path) for path in without)
    found: dict[str, tuple[int, int]] = {}
    if os.path.realpath(sandbox) in inside:
        return found
    for folder, folders, files in os.walk(sandbox):
        folders[:] = [name for name in folders if os.path.realpath(os.path.join(folder, name)) not in inside]
        for name in [*files, *folders]:
            path = os.path.join(folder, name)
            if os.path.realpath(path) not in inside:
                state = os.lstat(path)
                found[os.path.relpath(path, sandbox)] = (state.st_size, state.st_mtime_ns) if name in files else (0, 0)
    return found
