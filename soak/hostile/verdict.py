"""What became of a case, and what is wrong with that."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MAX_MESSAGE_LENGTH = 4_000
"""Characters of a message that somebody still reads."""

MAX_SECONDS, MAX_MEGABYTES = 5.0, 1024.0
"""Until a case is refused, or at the first simulated day; compilation apart. Seconds of processors at work: those of a
clock would find the fault with whatever else the machine does."""


@dataclass(frozen=True)
class Ended:
    """How a case ended, as its process tells it.

    status: that of the command, 0 too where its days were over; stopped: whether they were; accident: what no command
    may end with, a traceback or a forbidden deed; said: why it was refused, where no command prints it.
    """

    status: int | None = None
    stopped: bool = False
    accident: str = ""
    said: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """`outcome`: accepted, refused, failed (exit status 1), or ended (by an accident or from outside)."""

    kind: str
    number: int
    outcome: str
    findings: tuple[str, ...]
    seconds: float
    megabytes: float
    said: str

    @property
    def excess(self) -> tuple[str, ...]:
        """What it took more of than it may; told in long campaigns only, on machines that do nothing else."""
        slow = [f"slow: {self.seconds:.1f} s"] if self.seconds > MAX_SECONDS else []
        return (*slow, *([f"large: {self.megabytes:.0f} MB"] if self.megabytes > MAX_MEGABYTES else []))

    def told(self) -> str:
        """All of it, for people."""
        head = f"{self.kind} {self.number}: {self.outcome}, {self.seconds:.1f} s, {self.megabytes:.0f} MB"
        return "\n    ".join([head, *self.findings, *self.excess, f"said: {self.said}"])


OUTCOMES = {0: "accepted", 1: "failed", 2: "refused"}


def judged(
    kind: str, number: int, ended: Ended, out: str, errors: str, outside: list[str], typed: int, wants_json: bool
) -> Verdict:
    """The verdict on a case that printed `out` and `errors` and left `outside` files where it may not.

    typed: characters that were typed, and may come back in a message.
    """
    findings = [*_of_the_end(ended), *_of_the_texts(ended, out, errors, typed, wants_json)]
    findings += [f"left outside its folder: {path}" for path in outside[:3]]
    outcome = "ended" if ended.accident else OUTCOMES.get(ended.status or 0, "ended")
    said = (ended.said or errors).strip().splitlines()
    return Verdict(
        kind, number, outcome, tuple(findings), ended.seconds, ended.megabytes, said[-1][:300] if said else ""
    )


def _of_the_end(ended: Ended) -> Iterator[str]:
    if ended.accident:
        yield ended.accident
    elif ended.status not in OUTCOMES:
        yield f"exit status {ended.status}"


def _of_the_texts(ended: Ended, out: str, errors: str, typed: int, wants_json: bool) -> Iterator[str]:
    message = ended.said or errors
    if "Traceback (most recent call last)" in errors + out and not ended.accident:
        yield f"a traceback is printed: {errors.strip()[-300:]}"
    if ended.status == 2 and not message.strip() and not ended.accident:
        yield "refused without a word"
    if ended.status == 2 and len(message) > MAX_MESSAGE_LENGTH + 3 * typed:
        yield f"a message of {len(message):,} characters: {message[:100]!r}"
    control = {one for one in out + errors if unicodedata.category(one) == "Cc" and one not in "\n\t"}
    if control:
        yield f"prints control characters {sorted(control)}"
    if wants_json and not ended.stopped and out.strip() and not _is_json(out):
        yield f"--json prints something else: {out[:100]!r}"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
