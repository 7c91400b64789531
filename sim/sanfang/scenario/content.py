"""Where content lies: scenarios, districts and experiments, by bare name or by path.

A bare name is looked up in the current directory's ``scenarios/`` first, then in the repository's,
then in the copy that travels inside an installed package. Districts lie in ``scenarios/districts/``.
Where a name could mean another file as well, the source says so in its note.
"""

from __future__ import annotations

import filecmp
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.telling import listed, shortened

PACKAGE = Path(__file__).resolve().parents[1]
DISTRICTS = "districts"
EXPERIMENTS = "experiments"


@dataclass(frozen=True)
class Source:
    """A file, the name under which messages and provenance show it, and what a user should know of its choice."""

    path: Path
    label: str
    note: str = ""

    @cached_property
    def real(self) -> Path:
        """The file itself, whatever links lead to it."""
        return self.path.resolve()


def folders(kind: str = "scenarios") -> list[Path]:
    """The folders that hold content of `kind`, the one that wins first."""
    candidates = [Path.cwd() / kind, PACKAGE.parents[1] / kind, PACKAGE / "_content" / kind]
    return list(dict.fromkeys(folder.resolve() for folder in candidates if folder.is_dir()))


def names(kind: str = "scenarios", below: str = "") -> list[str]:
    """Bare names of all content of `kind`; `below` is a folder inside it, such as `districts`."""
    paths = (path for folder in folders(kind) for path in (folder / below).glob("*.toml"))
    return sorted({path.stem for path in paths if path.is_file()})


def is_bare(name: str) -> bool:
    """Whether `name` is a bare name rather than a path."""
    return not name.endswith(".toml") and "/" not in name and "\\" not in name


def find_scenario(name: str | Path, beside: Source | None = None) -> Source:
    """The scenario called or lying at `name`; `beside` is the file that names it in `extends`.

    A bare district name is found as well: after the scenarios, but before them if a file among the districts names it.
    A bare name in a file never means that file: one that hides a shipped file may build on it. Raises `InputError` if
    there is none.
    """
    text = str(name)
    if is_bare(text):
        below = [DISTRICTS, "."] if beside and beside.path.parent.name == DISTRICTS else [".", DISTRICTS]
        source, near = _bare(text, below, beside), _existing(beside.path.parent / f"{text}.toml") if beside else None
        if near and _same(near, beside):
            near = None
        if beside and source and near and not source.note and _differ(source.path, near.path):
            source = replace(
                source, note=f"{text!r} is {source.label}, not the file of that name beside {beside.label}"
            )
        either = source or near
        if either:
            return either
    source = _at_path(Path(text), beside, below="")
    if source:
        return source
    raise _not_found("scenario", text, beside)


def find_district(name: str | Path) -> Source:
    """The district called or lying at `name`. Raises `InputError` if there is none."""
    text = str(name)
    source = (_bare(text, [DISTRICTS]) if is_bare(text) else None) or _at_path(Path(text), None, below=DISTRICTS)
    if source:
        return source
    raise _not_found("district", text, None)


def find_experiment(name: str | Path) -> Source:
    """The experiment called or lying at `name`: `headline`, or `mechanisms/F1a` in a folder below.

    Raises `InputError` if there is none.
    """
    text = str(name)
    inside = Path(text if text.endswith(".toml") else f"{text}.toml")
    if text.endswith(".toml"):
        source = _existing(inside, text)
        if source:
            return source
    searched = folders(EXPERIMENTS) if text.strip("./ ") else []
    source = _first((folder, _existing(folder / inside, f"{EXPERIMENTS}/{inside.as_posix()}")) for folder in searched)
    if source:
        return source
    known = experiment_names()
    namesakes = [other for other in known if other.endswith(f"/{text}")]
    hint = f"; did you mean {namesakes[0]!r}?" if namesakes else nearest(text.removesuffix(".toml"), known)
    what = "no such file" if text.endswith(".toml") else "no experiment of that name"
    raise InputError(f"{_quoted(text)}: {what}{hint}; experiments: {listed(known)}")


def experiment_names() -> list[str]:
    """Names of all experiments, those in folders below written as `mechanisms/F1a`."""
    paths = ((path, folder) for folder in folders(EXPERIMENTS) for path in folder.rglob("*.toml"))
    return sorted({path.relative_to(folder).with_suffix("").as_posix() for path, folder in paths if path.is_file()})


def hiding() -> list[str]:
    """Notes on all scenarios, districts and experiments that lie in the working folder and hide shipped ones."""
    sources = [find_scenario(name) for name in names()] + [find_district(name) for name in names(below=DISTRICTS)]
    return [source.note for source in sources + [find_experiment(name) for name in experiment_names()] if source.note]


def label_of(path: Path, given: str | None = None) -> str:
    """How messages call a file: as in the content folder if it lies there, else as `given`."""
    resolved = path.resolve()
    for folder in folders():
        if resolved.is_relative_to(folder):
            inside = resolved.relative_to(folder)
            return inside.as_posix() if len(inside.parts) > 1 else f"{folder.name}/{inside}"
    if given is not None:
        return given
    here = Path.cwd().resolve()
    return (resolved.relative_to(here) if resolved.is_relative_to(here) else path).as_posix()


def _bare(name: str, below: list[str], apart_from: Source | None = None) -> Source | None:
    if not name.strip(". "):
        return None
    sources = ((folder, _existing(folder / part / f"{name}.toml")) for part in below for folder in folders())
    return _first((folder, source) for folder, source in sources if not (source and _same(source, apart_from)))


def _first(candidates: Iterable[tuple[Path, Source | None]]) -> Source | None:
    """The first file that is there, with a note if it hides a shipped one that differs."""
    there = [(folder, source) for folder, source in candidates if source]
    if not there:
        return None
    folder, first = there[0]
    hidden = any(other != folder and _differ(first.path, source.path) for other, source in there[1:])
    if not hidden or not folder.is_relative_to(Path.cwd().resolve()):
        return first
    return replace(first, note=f"{first.label} in the working folder is used, not the shipped file of that name")


def _same(source: Source, other: Source | None) -> bool:
    return other is not None and source.real == other.real


def _differ(path: Path, other: Path) -> bool:
    try:
        return not filecmp.cmp(path, other, shallow=False)
    except OSError:  # what cannot be read is told when it is read
        return True


def _at_path(path: Path, beside: Source | None, below: str) -> Source | None:
    """A file relative to the extending file or the current directory, else to the content folders."""
    near = beside.path.parent / path if beside else path
    source = _existing(near, None if beside else str(path))
    if source:
        return source
    for folder in folders():
        source = _existing(folder / below / path)
        if source:
            return source
    if _is_dir(near):
        where = _in_extends(str(path), beside) if beside else f"{path}: "
        raise InputError(f"{where}is a directory, not a file{_there_are()}")
    return None


def _existing(path: Path, given: str | None = None) -> Source | None:
    try:
        return Source(path, label_of(path, given)) if path.is_file() else None
    except OSError:  # for example a name that is too long for the file system
        return None


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _not_found(kind: str, text: str, beside: Source | None) -> InputError:
    where = _in_extends(text, beside) if beside else f"{_quoted(text)}: "
    districts, scenarios = names(below=DISTRICTS), names()
    if kind == "district" and text in scenarios:
        return InputError(f"{where}is a scenario, not a district{_there_are()}")
    known = districts if kind == "district" else scenarios + districts
    what = f"no {kind} of that name" if is_bare(text) else "no such file"
    return InputError(f"{where}{what}{nearest(Path(text).stem, known)}{_there_are()}")


def _in_extends(text: str, beside: Source) -> str:
    return f"{beside.label}: extends = {_quoted(text)}: "


def _there_are() -> str:
    there = {"scenarios": names(), "districts": names(below=DISTRICTS)}
    return "".join(f"; {kind}: {listed(known)}" for kind, known in there.items())


def _quoted(text: str) -> str:
    return shortened(repr(text))
