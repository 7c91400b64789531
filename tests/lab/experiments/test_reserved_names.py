"""No factor may have a name that a column of the results, or a constraint, has already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sanfang.lab.experiments.reserved_names import names_of_columns
from sanfang.lab.storage.results import Results
from sanfang.lab.sweeps.sweep import sweep
from sanfang.scenario.errors import InputError
from usual_sweep import experiment, made_up


def package(*names: str) -> dict[str, Any]:
    """A factor of each name, each with a lever of its own."""
    levers = ("policy.triage", "policy.tailoring")
    return {name: {"sets": {lever: 1.0}, "values": [0, 1]} for name, lever in zip(names, levers, strict=False)}


@made_up
def test_no_factor_may_have_the_name_of_a_column_of_results(sweep_folder: Path) -> None:
    """Whatever columns the tables of a sweep and of its analysis have beside the factor's own."""
    from sanfang.cli.analysis import AnalysisInput, tables

    sweep(experiment(factors=package("mine"), daily=True, replications=2), sweep_folder, jobs=1)
    with Results(sweep_folder) as results:
        runs = results.runs()
        given = AnalysisInput(runs, "before", ("mine",))
        written = [runs, results.failures(), *tables(given).values()]
    names = {str(name) for table in written for name in table.columns} | {"day"}
    assert names - {"mine"} - names_of_columns() == set(), "say these in lab/experiments/factors.py"


@pytest.mark.parametrize("name", ["satisfaction", "Scenario", "KEY", "seconds", "point", "mean", "not", "domains"])
def test_a_name_that_a_table_or_a_constraint_has_is_refused_before_any_run(name: str) -> None:
    with pytest.raises(InputError, match=rf"factors\.{name}: "):
        experiment(factors=package(name))


def test_factors_that_differ_in_capitals_only_are_refused() -> None:
    with pytest.raises(InputError, match=r"factors\.staff: differs from 'Staff' in capitals only"):
        experiment(factors=package("Staff", "staff"))
    table = {"kind": "table", "points": [{"Staff": 1, "staff": 0}]}
    with pytest.raises(InputError, match=r"in capitals only"):
        experiment(factors={"Staff": {"sets": {"policy.triage": 1.0}}, "staff": {"sets": {"policy.tailoring": 1.0}}},
                   design=table)  # fmt: skip


@made_up
def test_a_name_in_capitals_and_other_letters_is_kept(sweep_folder: Path) -> None:
    sweep(experiment(factors=package("Staff", "人手"), replications=2), sweep_folder, jobs=1)
    with Results(sweep_folder) as results:
        assert {"Staff", "人手"} <= set(results.runs().columns)
