"""Points that break a constraint are dropped, counted as on paper; a constraint runs nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from made_experiments import made
from sanfang import Scenario
from sanfang.scenario.errors import InputError

# --- Constraints ---------------------------------------------------------------------------------------------


def kept(constraints: list[str], **factors: list[Any]) -> list[tuple[Any, ...]]:
    names = {"a": "policy.authority", "c": "policy.clear_lists"}
    experiment = made({names[key]: values for key, values in factors.items()}, constraints=constraints)
    return [tuple(point.values()) for point in experiment.points()]


@pytest.mark.parametrize(
    ("constraint", "passes"),
    [
        ("policy.authority <= policy.clear_lists", lambda a, c: a <= c),
        ("policy.authority + policy.clear_lists < 0.9", lambda a, c: a + c < 0.9),
        ("0.2 < policy.authority <= 0.6", lambda a, c: 0.2 < a <= 0.6),
        ("policy.authority == 0 or not policy.clear_lists > 0.5", lambda a, c: a == 0 or not c > 0.5),
        ("max(policy.authority, policy.clear_lists) >= 0.5 and abs(-1) == 1", lambda a, c: max(a, c) >= 0.5),
    ],
)
def test_points_that_break_a_constraint_are_dropped(constraint: str, passes: Callable[..., bool]) -> None:
    levels = [0, 0.25, 0.5, 1]
    expected = [(a, c) for a in levels for c in levels if passes(a, c)]
    assert 0 < len(expected) < 16
    experiment = made({"policy.authority": levels, "policy.clear_lists": levels}, constraints=[constraint])
    assert [tuple(point.values()) for point in experiment.points()] == expected
    assert experiment.dropped == 16 - len(expected)
    assert len(experiment.unit_points()) == len(expected)


TENTHS = {"low": 0, "high": 1, "steps": 11}


@pytest.mark.parametrize(
    ("constraint", "passes"),
    [
        ("policy.authority + policy.clear_lists <= 0.3", lambda a, c: a + c <= 3),
        ("policy.authority + policy.clear_lists < 0.3", lambda a, c: a + c < 3),
        ("policy.authority + policy.clear_lists == 0.3", lambda a, c: a + c == 3),
        ("policy.authority + policy.clear_lists != 0.3", lambda a, c: a + c != 3),
        ("policy.authority - policy.clear_lists >= 0.1", lambda a, c: a - c >= 1),
        ("0.3 - policy.authority - policy.clear_lists >= 0", lambda a, c: 3 - a - c >= 0),
        ("policy.authority * 3 > policy.clear_lists", lambda a, c: 3 * a > c),
        ("abs(policy.authority - policy.clear_lists) > 0.1", lambda a, c: abs(a - c) > 1),
        ("max(policy.authority, policy.clear_lists) - 0.1 <= 0.2", lambda a, c: max(a, c) <= 3),
    ],
)
def test_sums_of_tenths_count_as_on_paper(constraint: str, passes: Callable[..., bool]) -> None:
    """Counted in whole tenths: the computer's own 0.1 + 0.2 is above 0.3."""
    experiment = made({"policy.authority": TENTHS, "policy.clear_lists": TENTHS}, constraints=[constraint])
    points = [tuple(round(10 * value) for value in point.values()) for point in experiment.points()]
    assert points == [(a, c) for a in range(11) for c in range(11) if passes(a, c)]


def test_three_thirds_are_one() -> None:
    thirds = {"low": 0, "high": 1, "steps": 4}
    experiment = made({"policy.authority": thirds}, constraints=["policy.authority * 1.5 <= 1"])
    assert len(experiment.points()) == 3, "0, 1/3 and 2/3, which is written 0.666666666667"


def test_a_division_by_what_should_be_zero_has_no_answer() -> None:
    with pytest.raises(InputError, match=r"has no answer at policy.authority = 0.3: division by zero"):
        made({"policy.authority": [0.3]}, constraints=["1 / (0.1 + 0.2 - policy.authority) > 1"]).points()


def test_a_package_of_schedules_has_levels_as_on_paper() -> None:
    package = {"sets": {"policy.authority": [[0, 0.1]]}, "values": [3.0]}
    experiment = made({"package": package})
    assert experiment.settings_of({"package": 3.0}) == {"policy.authority": [[0, 0.3]]}


def test_all_constraints_must_hold() -> None:
    both = ["policy.authority >= 0.5", "policy.clear_lists >= 0.5"]
    assert kept(both, a=[0, 0.5, 1], c=[0, 1]) == [(0.5, 1), (1, 1)]


def test_a_factor_that_a_point_leaves_alone_counts_as_the_baseline_has_it() -> None:
    experiment = made(
        {"policy.authority": [0.2, 0.8], "casework.bounce": [0.1, 0.5]},
        design={"kind": "one-at-a-time"},
        constraints=["policy.authority + casework.bounce < 0.9"],
    )
    assert Scenario.load("before").casework.bounce == 0.2, "with it an authority of 0.8 is too much"
    moved = [{name: value for name, value in point.items() if value is not None} for point in experiment.points()]
    assert moved == [{}, {"casework.bounce": 0.1}, {"casework.bounce": 0.5}, {"policy.authority": 0.2}]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "().__class__ == 1",
        "[a for a in (1, 2)] == 1",
        "(lambda: 1)() == 1",
        "open('x') == 1",
        "policy.authority.__class__ == 1",
        "2 ** 9 ** 9 ** 9 > policy.authority",
        "policy.authority in [1]",
        "f'{policy.authority}' == 1",
    ],
)
def test_a_constraint_runs_nothing(text: str) -> None:
    with pytest.raises(InputError, match="constraints: "):
        made({"policy.authority": [0, 1]}, constraints=[text])


# --- What a user is told -------------------------------------------------------------------------------------


def test_a_constraint_that_nothing_passes_or_that_has_no_answer_is_told() -> None:
    with pytest.raises(InputError, match="constraints: none of 2 points passes them"):
        made({"policy.authority": [0, 1]}, constraints=["policy.authority > 1"]).points()
    with pytest.raises(InputError, match=r"has no answer at policy\.authority = 0: .*division"):
        made({"policy.authority": [0, 1]}, constraints=["1 / policy.authority > 1"]).points()
