"""Rows of the article's mechanisms on Licang: what is run, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from sanfang.metrics.catalogue import HEADLINES
from sanfang.report.mechanisms import Mechanism, mechanisms
from sanfang.studies.mechanisms_on_licang import DOSES, FIRST_EDITION, doses, effects, on_licang, signatures


@pytest.fixture(scope="module")
def rows() -> list[Mechanism]:
    return [row for row in mechanisms() if row.id in ("D2a", "F1b", "F3c")]


def test_a_lever_is_tried_at_smaller_doses_and_a_dilemma_is_not(rows: list[Mechanism]) -> None:
    for row in rows:
        made = on_licang(row, replications=3)
        assert (made.file.district, made.scale, made.file.replicate, made.days) == ("licang", 0.1, "map", 1095)
        assert made.replications.min == made.replications.max == 3
        assert not set(made.file.settings) & set(FIRST_EDITION), "from the steady start"
        assert set(row.experiment.file.settings) - set(FIRST_EDITION) == set(made.file.settings)
        smaller = set(made.file.variants) & set(DOSES)
        assert smaller == (set() if row.is_dilemma else set(DOSES))
        for name in smaller:
            assert made.file.variants[name] == {path: DOSES[name] * value for path, value in row.settings.items()}
        assert len(made.points()) == len(row.experiment.points())


def found(rows: Sequence[Mechanism], differences: dict[str, float]) -> pd.DataFrame:
    """Made-up differences of ten pairs with a standard error of 0.001, by metric, the same in both years."""
    lines = [
        {"id": row.id, "year": year, "scenario": scenario, "point": 0, "metric": name, "n": 10,
         "difference": value, "low": value - 0.00226, "high": value + 0.00226}
        for row in rows
        for year in ("1", "3")
        for scenario in (row.shown, *DOSES)
        for name, value in (differences | {row.claim.metric: 0.5 if row.claim.expected == "higher" else -0.5}).items()
    ]  # fmt: skip
    return pd.DataFrame(lines)


def test_what_is_told_follows_from_the_differences(rows: list[Mechanism]) -> None:
    made = found(rows, dict(zip(HEADLINES, (0.02, -1.0, 0.0001, 0.05), strict=True)))
    told = list(signatures(rows, made))
    assert [line.split(" | ")[0].strip("| ") for line in told if line.startswith("| D") or line.startswith("| F")] == [
        row.id for row in rows
    ]
    assert all(line.count("as expected") >= 2 for line in told if line.startswith(("| D2a", "| F")))
    lines = [line for line in effects(rows, made, "3") if line.startswith("| F1b")]
    assert lines[0].count("**") == 6, "three of four are surely of interest"
    (line,) = [line for line in doses(rows, made, "1") if line.startswith("| F1b")]
    all_doses = "(¼, ½, full)"
    assert line.endswith(f"| better: satisfaction {all_doses}, days {all_doses}; worse: waste {all_doses} |")
    assert line.count("**") == 12
