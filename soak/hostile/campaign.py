"""All cases of all kinds, some at a time, each chunk in a process of its own. Killed and started again, it goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from soak.hostile.verdict import MAX_MEGABYTES, MAX_SECONDS, Verdict

CASES = {"scenario": 5_000, "district": 3_000, "experiment": 5_000, "lesson": 2_000, "command": 5_000,
         "address": 2_500, "message": 2_000, "export": 5_000}  # fmt: skip
"""How many of each kind, beside those that were found before."""

CHUNK = 100
SHOWN = 12
"""Findings, and slow cases, that the report lists."""

Chunk = tuple[str, int, int]
"""Kind, number of the first case, how many."""


def run(journal: Path, share: float, jobs: int, report: Callable[[int, int, int], object]) -> list[Verdict]:
    """Try `share` of all cases, `jobs` at a time. `journal` holds what is done already, line by line.

    `report` is called with cases done, of all, and with findings.
    """
    verdicts = list(_read(journal))
    done = {(verdict.kind, verdict.number) for verdict in verdicts}
    chunks = [chunk for chunk in _chunks(share) if any((chunk[0], number) not in done for number in _numbers(chunk))]
    wanted = len(done) + sum(count for _, _, count in chunks)
    with journal.open("a", encoding="utf-8") as file, ThreadPoolExecutor(jobs) as pool:
        for finished in as_completed([pool.submit(_try, chunk) for chunk in chunks]):
            new = [verdict for verdict in finished.result() if (verdict.kind, verdict.number) not in done]
            file.writelines(_line(verdict) for verdict in new)
            file.flush()
            verdicts += new
            report(len(verdicts), wanted, sum(bool(one.findings or one.excess) for one in verdicts))
    return verdicts


def _chunks(share: float) -> Iterator[Chunk]:
    from soak.hostile.regressions import FOUND

    for kind, most in CASES.items():
        first, end = -len(FOUND.get(kind, ())), round(share * most)
        yield from ((kind, number, min(CHUNK, end - number)) for number in range(first, end, CHUNK))


def _numbers(chunk: Chunk) -> range:
    return range(chunk[1], chunk[1] + chunk[2])


def _try(chunk: Chunk) -> list[Verdict]:
    kind, first, count = chunk
    command = [sys.executable, "-m", "soak.hostile", kind, str(first), "--count", str(count), "--lines"]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
    verdicts = [verdict_of(line) for line in printed.splitlines()]
    lost = set(_numbers(chunk)) - {verdict.number for verdict in verdicts}
    return verdicts + [Verdict(kind, number, "ended", ("its campaign broke off",), 0, 0, "") for number in sorted(lost)]


def _read(journal: Path) -> Iterator[Verdict]:
    if journal.exists():
        yield from (verdict_of(line) for line in journal.read_text("utf-8").splitlines())


def verdict_of(line: str) -> Verdict:
    """A verdict as `python -m soak.hostile --lines` prints it."""
    read = json.loads(line)
    return Verdict(**read | {"findings": tuple(read["findings"])})


def _line(verdict: Verdict) -> str:
    return json.dumps(vars(verdict)) + "\n"


# --- What is told of it -------------------------------------------------------------------------------------------


def told(verdicts: list[Verdict]) -> str:
    """Numbers by kind, what was found, and the slowest cases, in Markdown."""
    lines = [
        "| Kind | Cases | Accepted | Refused | Failed | Ended | Findings | Slowest, s | Largest, MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    by_kind: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_kind[verdict.kind].append(verdict)
    for kind, some in [*((kind, by_kind[kind]) for kind in CASES if by_kind[kind]), ("all", verdicts)]:
        outcomes = Counter(one.outcome for one in some)
        counts = [f"{outcomes[name]:,}" for name in ("accepted", "refused", "failed", "ended")]
        found = sum(bool(one.findings or one.excess) for one in some)
        most = f"{max(one.seconds for one in some):.1f} | {max(one.megabytes for one in some):,.0f}"
        lines.append(f"| {kind} | {len(some):,} | {' | '.join(counts)} | {found:,} | {most} |")
    lines += ["", *_findings(verdicts), "", *_slowest(verdicts)]
    return "\n".join(lines)


def _findings(verdicts: list[Verdict]) -> Iterator[str]:
    groups: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        for finding in (*verdict.findings, *verdict.excess):
            groups[_sort(finding)].append(verdict)
    if not groups:
        yield "Nothing was found."
        return
    for sort, some in sorted(groups.items(), key=lambda group: -len(group[1])):
        shown = ", ".join(f"{one.kind} {one.number}" for one in some[:4])
        yield f"- {len(some):,} x {sort} ({shown}{', ...' if len(some) > 4 else ''})"


def _sort(finding: str) -> str:
    """Findings that are likely one: those of the same kind and place."""
    head, _, rest = finding.partition(": ")
    if head == "a traceback":
        return f"`{rest.partition(':')[0][:60]}` in `{rest.rpartition('(')[2].rstrip(')')[:80]}`"
    return head.split(" [")[0][:80] if head.split()[0] not in ("a", "forbidden") else finding.split(" /")[0][:60]


def _slowest(verdicts: list[Verdict]) -> Iterator[str]:
    slow = sorted(verdicts, key=lambda one: -one.seconds)[:SHOWN]
    large = sorted(verdicts, key=lambda one: -one.megabytes)[:SHOWN]
    times = ", ".join(f"{one.kind} {one.number} {one.seconds:.1f} s" for one in slow)
    sizes = ", ".join(f"{one.kind} {one.number} {one.megabytes:,.0f} MB" for one in large)
    yield f"Slowest (at most {MAX_SECONDS:.0f} s): {times}."
    yield ""
    yield f"Largest (at most {MAX_MEGABYTES:,.0f} MB): {sizes}."
