"""Who gains and who loses: paired within groups, all looks together, nothing told of what is not there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from model_runs import demo
from sanfang.cli.app import app
from sanfang.lab.comparison import compare
from sanfang.lab.statistics.gains import counted, gains
from sanfang.run.simulation import simulate
from sanfang.scenario.errors import InputError

WOBBLE = np.array([-1.0, 1.0, -0.5, 0.5, 0.0, 0.0])
"""Of mean zero."""


def long(differences: dict[str, np.ndarray], metric: str = "satisfaction", dimension: str = "age") -> pd.DataFrame:
    """Groups of two scenarios: `reform` is apart from `base` by so much in each replication."""
    noise = np.linspace(0.3, 0.7, len(WOBBLE))
    rows = [
        (scenario, replication, dimension, group, metric, noise[replication] + shift * (scenario == "reform"), 10.0)
        for scenario in ("base", "reform")
        for group, shifts in differences.items()
        for replication, shift in enumerate(shifts)
    ]
    return pd.DataFrame(rows, columns=["scenario", "replication", "dimension", "group", "metric", "value", "n"])


def words(found: pd.DataFrame) -> dict[str, str]:
    return dict(zip(found["group"], found["word"], strict=True))


def test_a_group_gains_loses_stays_or_is_not_told() -> None:
    """The smallest difference of interest is 0.001 of satisfaction: a difference of 0.0001 for sure is no change."""
    found = gains(
        long(
            {
                "better": 0.02 + 0.0001 * WOBBLE,
                "worse": -0.02 + 0.0001 * WOBBLE,
                "same": 0.0001 + 0.0001 * WOBBLE,
                "unsure": 0.01 + 0.05 * WOBBLE,
            }
        ),
        "base",
    )
    assert words(found) == {"better": "gains", "worse": "loses", "same": "no change", "unsure": "not told"}
    better = found.set_index("group").loc["better"]
    assert better["difference"] == pytest.approx(0.02) and better["n"] == 6
    half = 2.5705818 * 0.0001 * np.sqrt(2.5 / 5 / 6)  # t of 5 degrees of freedom, sd of WOBBLE over the root of 6
    assert better["high"] - better["difference"] == pytest.approx(half, rel=1e-6)


def test_fewer_days_are_a_gain() -> None:
    found = gains(long({"all": -2.0 + 0.01 * WOBBLE}, "trouble_days"), "base")
    assert words(found) == {"all": "gains"} and found["verdict"].tolist() == ["lower"]


def test_what_is_told_of_one_group_is_not_told_of_one_among_many() -> None:
    """A group that alone is sure at 2 % is not among eleven, ten of them noise: Holm asks for 0.5 %."""
    one = {"it": 0.00391 + 0.003 * WOBBLE}
    many = one | {f"noise {n}": 0.001 + 0.003 * np.roll(WOBBLE, n) for n in range(10)}
    assert words(gains(long(one), "base"))["it"] == "gains"
    assert words(gains(long(many), "base"))["it"] == "not told"


def test_pairs_are_those_of_a_replication_in_whatever_order_rows_stand() -> None:
    table = long({"better": 0.02 + 0.0001 * WOBBLE, "worse": -0.02 + 0.0001 * WOBBLE})
    reform = table[table["scenario"] == "reform"].sample(frac=1.0, random_state=1)
    mixed = pd.concat([table[table["scenario"] == "base"], reform])
    again = gains(mixed, "base").sort_values("group", ignore_index=True)
    pd.testing.assert_frame_equal(again, gains(table, "base").sort_values("group", ignore_index=True))


def test_a_group_without_values_is_not_told_and_one_pair_tells_nothing() -> None:
    table = long({"nobody": np.full(6, np.nan), "all": np.full(6, 0.1)})
    found = gains(table, "base").set_index("group")
    assert found["word"]["nobody"] == "not told" and found["n"]["nobody"] == 0
    assert set(gains(table[table["replication"] == 0], "base")["word"]) == {"not told"}


def test_nothing_is_told_of_a_group_that_is_not_in_every_replication() -> None:
    """Replications in which somebody of a small group asked are not like the others."""
    groups = long({"whole": 0.02 + 0.0001 * WOBBLE, "lacking": 0.02 + 0.0001 * WOBBLE})
    groups.loc[(groups["group"] == "lacking") & (groups["replication"] == 5), "value"] = np.nan
    found = gains(groups, "base").set_index("group")
    assert found["word"].to_dict() == {"whole": "gains", "lacking": "not told"}
    assert found[["n", "of"]].loc["lacking"].tolist() == [5, 6]


def test_a_replication_without_any_value_is_no_pair_that_could_have_been() -> None:
    """Its district has no steady state: that is so of all its groups, under all policies."""
    groups = long({"one": 0.02 + 0.0001 * WOBBLE, "other": -0.02 + 0.0001 * WOBBLE})
    groups.loc[groups["replication"] == 5, "value"] = np.nan
    found = gains(groups, "base")
    assert words(found) == {"one": "gains", "other": "loses"} and set(found["of"]) == {5}


def test_pairs_without_any_difference_do_not_tell_that_there_is_none() -> None:
    found = gains(long({"rare": 0.0 * WOBBLE, "hardly": 0.00001 * WOBBLE}), "base")
    assert words(found) == {"rare": "not told", "hardly": "no change"}


def test_points_of_a_design_are_kept_apart() -> None:
    table = pd.concat(
        [long({"all": sign * (0.02 + 0.0001 * WOBBLE)}).assign(point=point) for point, sign in enumerate((1.0, -1.0))]
    )
    found = gains(table, "base")
    assert found[["point", "word"]].to_numpy().tolist() == [[0, "gains"], [1, "loses"]]


def test_groups_are_counted_and_the_largest_gain_and_loss_named() -> None:
    table = long(
        {
            "c1": 0.01 + 0.0001 * WOBBLE,
            "c2": 0.03 + 0.0001 * WOBBLE,
            "c3": -0.02 + 0.0001 * WOBBLE,
            "c4": -0.03 + 0.1 * WOBBLE,
        },
        dimension="community",
    )
    (row,) = counted(gains(table, "base")).to_dict("records")
    assert (row["gains"], row["loses"], row["not told"], row["groups"]) == (2, 1, 1, 4)
    assert (row["most_gain"], row["most_loss"]) == ("c2", "c4")
    assert (row["gain"], row["loss"]) == (pytest.approx(0.03), pytest.approx(-0.03))


# --- In a comparison -------------------------------------------------------------------------------------------


def test_a_comparison_tells_who_gains_from_the_groups_of_its_runs() -> None:
    before, after = demo(), demo("services")
    found = compare([before, after], reps=2, scale=0.1, days=160, jobs=1, by=["community", "vulnerable"])
    runs = {
        (scenario.name, replication): simulate(scenario, seed=1 + replication, scale=0.1, days=160)
        for scenario in (before, after)
        for replication in range(2)
    }
    for (scenario, replication), run in runs.items():
        own = found.groups[(found.groups["scenario"] == scenario) & (found.groups["replication"] == replication)]
        wanted = run.by_group("community", "vulnerable").drop(columns="reason")
        pd.testing.assert_frame_equal(own[list(wanted)].reset_index(drop=True), wanted)
    weak = found.gains.set_index(["group", "metric"]).loc["vulnerable", "satisfaction"]
    table = {key: run.by_group("vulnerable").set_index(["group", "metric"])["value"] for key, run in runs.items()}
    apart = [
        table["services", one]["vulnerable", "satisfaction"] - table["before", one]["vulnerable", "satisfaction"]
        for one in range(2)
    ]
    assert weak["difference"] == pytest.approx(np.mean(apart))
    assert set(found.gains["metric"]) == {"satisfaction", "trouble_days", "resolved_30"}, "waste is of no group"


@pytest.mark.usefixtures("made_up_simulation")
def test_the_command_prints_one_table_and_saves_all_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one.toml").write_text('name = "one"\n', "utf-8")
    Path("two.toml").write_text('name = "two"\n[policy]\nauthority = 1.0\n', "utf-8")
    call = ["compare", "one.toml", "two.toml", "--reps", "3", "--jobs", "1"]
    result = CliRunner().invoke(app, [*call, "--out", "made"])
    assert result.exit_code == 0, result.output
    assert "Who gains, who loses" in result.stdout and "gains" in result.stdout
    saved = pd.read_csv("made/gains.csv")
    assert set(saved["dimension"]) == {"vulnerable", "age", "domain"}
    assert set(pd.read_csv("made/groups.csv").columns) >= {"dimension", "group", "metric", "value", "n"}
    chosen = CliRunner().invoke(app, [*call, "--by", "community,kind", "--json"])
    document = json.loads(chosen.stdout, parse_constant=pytest.fail)
    assert document["by"] == ["community", "kind"]
    assert {row["dimension"] for row in document["gains"]} == {"community", "kind"}
    counted_only = CliRunner().invoke(app, [*call, "--by", "community"])
    assert "by community, Satisfaction of residents: 1 gain, 0 lose, 1 not told of 2" in counted_only.stdout
    without = CliRunner().invoke(app, [*call, "--by", "none"])
    assert without.exit_code == 0 and "Who gains" not in without.stdout


@pytest.mark.usefixtures("made_up_simulation")
def test_what_is_no_dimension_is_refused() -> None:
    result = CliRunner().invoke(app, ["compare", "before", "services", "--by", "vulnerabel"])
    assert result.exit_code == 2
    assert "--by" in result.stderr and "did you mean 'vulnerable'" in result.stderr
    with pytest.raises(InputError, match="no dimension of groups"):
        compare([demo()], reps=1, by=["gender"])


def test_a_percentile_not_reached_is_beyond_all_seen_and_that_of_nobody_is_nothing() -> None:
    """In every pair the group has no 90th percentile under the reform, and had one before: it is higher, surely."""
    table = long({"slower": WOBBLE * 0 + 1.0, "nobody": WOBBLE * 0}, "resolution_days_p90")
    nobody, reform = table["group"] == "nobody", table["scenario"] == "reform"
    table.loc[(table["group"] == "slower") & reform, "value"] = np.nan
    table.loc[nobody, ["value", "n"]] = (np.nan, 0.0)
    found = gains(table, "base", ["resolution_days_p90"]).set_index("group")
    assert (found["n"]["slower"], found["runs_higher"]["slower"], found["not_reached"]["slower"]) == (6, 6, 6)
    assert (found["n"]["nobody"], found["not_reached"]["nobody"]) == (0, 0)


def test_a_percentile_that_no_request_could_tell_is_nothing_although_there_were_requests() -> None:
    """As in a run that began in no steady state, or too short a one."""
    seen = long({"some": np.zeros(6)}, "resolution_days_p90").assign(value=np.nan)
    assert gains(seen, "base", ["resolution_days_p90"])["not_reached"].tolist() == [6]
    nobody = pd.concat([seen, seen.assign(metric="trips_per_request")])
    assert not gains(nobody, "base", ["resolution_days_p90"]).get("not_reached", pd.Series(dtype=float)).gt(0).any()
