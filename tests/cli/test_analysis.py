"""The command line prints what the analysis of a sweep says, and no more than it can tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from run_tables import NAN, pairs, table
from sanfang.lab.files import to_json
from sanfang.scenario.errors import InputError


def test_the_analysis_prints_what_its_document_says(capsys: pytest.CaptureFixture[str]) -> None:
    from sanfang.cli.analysis import AnalysisInput, document
    from sanfang.cli.analysis_tables import print_analysis

    runs = pairs(2, 30).assign(**{"policy.authority": lambda rows: rows["point"] / 2, "utilisation": 0.5})
    results = AnalysisInput(runs, "a", ("policy.authority",), ("satisfaction", "utilisation"), half_width=0.1)
    found = document(results)
    assert found["points"] == [{"point": 0, "policy.authority": 0}, {"point": 1, "policy.authority": 0.5}]
    assert {row["metric"] for row in found["ranking"]} == {"satisfaction"}, "utilisation has no better direction"
    assert len(found["means"]) == 8
    to_json(found)
    print_analysis(results)
    shown = capsys.readouterr().out
    ratios = [row["variance_ratio"] for row in found["differences"] if row["metric"] == "satisfaction"]
    assert f"the work of {np.median(ratios):.1f} times as many independent runs" in shown
    needed = max(row["needed"] for row in found["replications_needed"] if row["metric"] == "satisfaction")
    assert f"  {needed:.0f}  " in shown
    assert "policy.authority" in shown


def test_an_analysis_of_few_runs_says_what_it_cannot_tell(capsys: pytest.CaptureFixture[str]) -> None:
    from sanfang.cli.analysis import AnalysisInput, document
    from sanfang.cli.analysis_tables import print_analysis

    print_analysis(AnalysisInput(table(satisfaction={"a": [1.0], "b": [NAN]}), "a"))
    assert "cannot be told" in capsys.readouterr().out
    alone = document(AnalysisInput(table(satisfaction={"a": [1.0, 2.0, 3.0]}), "a"))
    assert "differences" not in alone
    print_analysis(AnalysisInput(table(satisfaction={"a": [1.0, 2.0, 3.0]}), "a"))
    with pytest.raises(InputError, match="did you mean 'satisfaction'"):
        document(AnalysisInput(pairs(1, 2), "a", metrics=("satisfactoin",)))


def test_a_half_width_is_asked_for_in_one_unit() -> None:
    from sanfang.cli.analysis import AnalysisInput, document

    values = {"a": [1.0, 2.0, 3.0], "b": [2.0, 2.5, 4.0]}
    runs = table(satisfaction=values, trouble_days=values)
    with pytest.raises(InputError, match=r"half-width = 0.5: is in a metric's unit.*0-1, calendar days"):
        document(AnalysisInput(runs, "a", half_width=0.5))
    assert document(AnalysisInput(runs, "a", metrics=("satisfaction",), half_width=0.5))["replications_needed"]
    assert document(AnalysisInput(runs, "a", relative=0.1))["replications_needed"], "a share has no unit"


def test_an_effect_in_the_fourth_decimal_is_printed_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    from sanfang.cli.analysis import AnalysisInput
    from sanfang.cli.analysis_tables import print_analysis

    base = [0.5 + 0.01 * n for n in range(12)]
    runs = table(satisfaction={"a": base, "b": [value + 0.0005 + 0.0001 * (-1) ** n for n, value in enumerate(base)]})
    print_analysis(AnalysisInput(runs, "a", metrics=("satisfaction",)))
    shown = capsys.readouterr().out
    assert "+0.000500  [+0.000434, +0.000566]" in shown
    assert "Seeds 1 to 12" in shown


@pytest.mark.parametrize(("runs", "shown"), [(4, False), (30, True)])
def test_what_pairing_was_worth_is_printed_from_ten_pairs_on(
    runs: int, shown: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four runs may show a ratio of a thousand by luck."""
    from sanfang.cli.analysis import AnalysisInput
    from sanfang.cli.analysis_tables import print_analysis

    print_analysis(AnalysisInput(pairs(1, runs, own=0.02), "a", metrics=("satisfaction",)))
    found = capsys.readouterr().out
    assert (" x\n" in found) is shown
    assert ("What pairing was worth cannot be told" in found) is not shown


def test_a_metric_that_is_asked_for_twice_is_shown_once() -> None:
    from sanfang.cli.analysis import AnalysisInput, document

    means = [document(AnalysisInput(pairs(1, 3), "a", metrics=("satisfaction",) * n))["means"] for n in (1, 3)]
    pd.testing.assert_frame_equal(pd.DataFrame(means[0]), pd.DataFrame(means[1]))
