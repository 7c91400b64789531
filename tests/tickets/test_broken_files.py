"""Whatever a file holds, reading it ends without a traceback, and no row is lost: some two hundred broken files here.

`SANFANG_EXAMPLES=5000 pytest tests/tickets/test_broken_files.py` tries as many, others in each run.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
import warnings
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sanfang.tickets.importing import import_requests
from tickets.broken import Broken, broken_files, check

EXAMPLES = int(os.environ.get("SANFANG_EXAMPLES", "120"))

some = settings(
    max_examples=EXAMPLES,
    derandomize="SANFANG_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_a_broken_file_is_refused_in_a_line_or_loses_no_row() -> None:
    """Without a warning either. Some are imported and some refused, else nothing would be tried."""
    seen: Counter[str] = Counter()

    @some
    @given(broken_files())
    def tried(case: Broken) -> None:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("error")
            seen[check(case, Path(folder) / "export.csv")] += 1

    tried()
    assert min(seen["imported"], seen["refused"], seen["no dates"]) > 0.02 * EXAMPLES


@settings(some, max_examples=max(50, EXAMPLES // 10))
@given(
    st.lists(st.sampled_from(("2023-05-01 10:00", "2023-05-02", "", "x", "9999-01-01")), min_size=2, max_size=40),
    st.integers(0, 5),
)
def test_rows_of_the_report_are_those_that_were_written(dates: list[str], tails: int) -> None:
    """Rows without a date, with a wrong one, empty ones behind: all are there, each once."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["created_date", "status", "note"], *([one, "Open", 'a "b"\n'] for one in dates)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        path.write_text(text.getvalue() + ",,\r\n" * tails, "utf-8", newline="")
        found = import_requests(path)
    if found.report is None:  # no date was left to know the column by
        return
    assert found.report.sheet.rows == len(dates) + tails
    reasons = found.report.made.reasons
    assert reasons["empty"] == tails
    assert reasons["no_created"] == dates.count("")
    assert reasons["unreadable_created"] == dates.count("x")
    assert reasons["impossible_created"] == dates.count("9999-01-01")
    assert found.report.used == sum(one.startswith("2023") for one in dates)
