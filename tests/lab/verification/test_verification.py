"""`sanfang verify` agrees where the engine is right, and notices where engine or theory is wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from sanfang.cli.app import app
from sanfang.lab.verification import agreement, queue_comparisons, queue_measures, theory
from sanfang.lab.verification import checks as verification
from sanfang.lab.verification import district as verification_district
from sanfang.lab.verification.agreement import Point, Text
from sanfang.model import model as day
from sanfang.report.verification_figure import verification_figure

A_FEW = 3
LABEL = Text("a number", "数值")


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["verify", *(str(argument) for argument in arguments)])


@pytest.fixture
def short_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that are long enough to see an error of a tenth at moderate load."""
    monkeypatch.setattr(queue_measures, "REQUESTS", 60_000)


# --- The formulas ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("load", "servers"), [(0.3, 1), (0.85, 5), (0.95, 20)])
def test_erlangs_formula_is_the_sum_of_the_textbook(load: float, servers: int) -> None:
    offered = load * servers
    below = sum(offered**n / math.factorial(n) for n in range(servers))
    all_busy = offered**servers / math.factorial(servers) / (1 - load)
    assert theory.longer_wait(load, servers, 0.0) == pytest.approx(all_busy / (below + all_busy), rel=1e-12)
    assert theory.mean_wait(load, servers) == pytest.approx(
        all_busy / (below + all_busy) / (servers - offered), rel=1e-12
    )


def test_the_formulas_meet_in_their_common_cases() -> None:
    assert theory.mean_wait(0.8) == pytest.approx(4.0)
    assert theory.mean_wait_general(0.8, 1.0) == pytest.approx(theory.mean_wait(0.8))
    assert theory.waits_by_class(0.8, 5, (1.0,)) == pytest.approx([theory.mean_wait(0.8, 5)])
    patient, waits = theory.abandonment(0.5, 2, 1e9)
    assert patient < 1e-6 and waits == pytest.approx(theory.longer_wait(0.5, 2, 0.0), rel=1e-4)


def test_priorities_move_waiting_and_make_none() -> None:
    """Kleinrock's conservation: the mean over all classes is that of one queue."""
    shares = (0.2, 0.3, 0.4, 0.1)
    assert np.dot(shares, theory.waits_by_class(0.85, 3, shares)) == pytest.approx(theory.mean_wait(0.85, 3))


def test_as_many_serve_as_are_not_lost() -> None:
    """Where everybody is impatient, who is not served has given up: of six for five at least one in six."""
    gives_up, _ = theory.abandonment(1.2, 50, 1.0)
    assert 1 - 1 / 1.2 < gives_up < 1 - 1 / 1.2 + 0.03


# --- Verdicts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "verdict"),
    [
        (Point(LABEL, 1.0, 1.02, 0.9, 1.1, widest=0.5), "agrees"),
        (Point(LABEL, 1.0, 1.2, 1.1, 1.3, widest=0.5), "differs"),
        (Point(LABEL, 1.0, 1.2, 0.2, 2.2, widest=0.5), "undecided"),
        (Point(LABEL, 5.0, 5.0), "agrees"),
        (Point(LABEL, 5.0, 6.0), "differs"),
        (Point(LABEL, 5.0, 5.5, tolerance=1.0), "agrees"),
        (Point(LABEL, 5.0, math.nan), "differs"),
        (Point(LABEL, 1.0, math.nan, 0.0, math.nan, widest=0.5), "differs"),
    ],
)
def test_a_verdict_needs_an_interval_that_holds_theory_and_is_narrow(point: Point, verdict: str) -> None:
    assert point.verdict == verdict


def test_intervals_miss_the_truth_as_rarely_as_they_say() -> None:
    """Of 5,000 studies with one comparison, 1 % miss it; with fifty comparisons, intervals are wider."""
    draws = np.random.default_rng(1).normal(size=(5_000, 30))
    missed = [not low <= 0 <= high for _, low, high in (agreement.interval(means, 1) for means in draws)]
    assert 0.006 < np.mean(missed) < 0.015
    assert agreement.interval(draws[0], 50)[2] > agreement.interval(draws[0], 1)[2]


# --- The checks ----------------------------------------------------------------------------------------------


def test_all_checks_agree() -> None:
    found = verification.verify(runs=verification.QUICK)
    assert {one.check.key: one.verdict for one in found} == {one.key: "agrees" for one in verification.CHECKS}
    assert len({one.check.key for one in found}) == len(found) >= 15


def test_the_intervals_allow_for_every_comparison_that_is_made() -> None:
    queues = [one for one in verification.CHECKS if one.kind == "queue"]
    assert {one.key for one in queues} == set(queue_comparisons.FAMILIES)
    made = sum(len(family()) for family in queue_comparisons.FAMILIES.values())
    assert queue_comparisons.number_of_comparisons() == made > 50


def test_theory_that_is_a_tenth_off_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = theory.mean_wait_general
    monkeypatch.setattr(theory, "mean_wait_general", lambda load, cv: 1.1 * right(load, cv))
    assert verification.make(verification.check("spread"), runs=A_FEW).verdict == "differs"


@pytest.mark.usefixtures("short_queues")
@pytest.mark.parametrize("key", sorted(queue_comparisons.FAMILIES))
def test_an_engine_that_loses_a_tenth_of_its_arrivals_is_noticed(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = queue_measures.simulate_queue
    monkeypatch.setattr(queue_measures, "simulate_queue", lambda rate, *rest: right(0.9 * rate, *rest))
    assert verification.make(verification.check(key), runs=A_FEW).verdict == "differs"


def test_a_district_that_loses_an_hour_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = verification_district.supply
    monkeypatch.setattr(
        verification_district,
        "supply",
        lambda *arguments: {name: amount + 1 for name, amount in right(*arguments).items()},
    )
    assert verification.make(verification.check("books")).verdict == "differs"


def test_a_run_that_depends_on_the_clock_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right, count = day.root_key, iter(range(1_000))
    monkeypatch.setattr(day, "root_key", lambda seed, name: right(seed + 100 * next(count), name))
    assert verification.make(verification.check("repeat")).verdict == "differs"


def test_levers_without_a_price_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification_district, "lever_names", lambda: ("authority", "triage"))
    assert verification.make(verification.check("prices")).verdict == "differs"


def test_differences_between_runs_are_counted() -> None:
    scenario = verification_district._demo()
    first, other = (verification_district.simulate(scenario, seed=seed, days=5) for seed in (1, 2))
    assert verification_district.values_that_differ(first, first) == 0
    assert verification_district.values_that_differ(first, other) > 10


# --- The command ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("short_queues")
def test_the_command_saves_table_document_and_figure(tmp_path: Path) -> None:
    result = call("pooling", "books", "--quick", "--json", "--out", tmp_path / "made", "--lang", "zh")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout, parse_constant=pytest.fail)
    assert document["agrees"] is True
    assert [one["check"] for one in document["checks"]] == ["pooling", "books"]
    assert {one["low"] is None for one in document["checks"][1]["numbers"]} == {True}
    names = {path.name for path in (tmp_path / "made").iterdir()}
    assert names == {"verification.json", "verification.csv", "verification.png", "saved.json"}


@pytest.mark.usefixtures("short_queues")
def test_the_command_ends_with_1_where_they_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("spread", "--quick").exit_code == 0
    monkeypatch.setattr(theory, "mean_wait_general", lambda load, cv: 7.0)
    result = call("spread", "--quick")
    assert result.exit_code == 1
    assert "differs" in result.stdout and "0 of 1 checks agree" in result.stdout


def test_an_unknown_check_is_wrong_input() -> None:
    result = call("prioritys")
    assert result.exit_code == 2
    assert "priorities" in result.stderr and result.stdout == ""


@pytest.mark.usefixtures("short_queues")
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_names_every_check_in_its_language(lang: str) -> None:
    found = verification.verify([verification.check(key) for key in ("patience", "silence")], runs=A_FEW)
    figure = verification_figure(found, lang)
    texts = {text.get_text() for axes in figure.axes for text in [*axes.texts, axes.title, axes._left_title]}  # type: ignore[attr-defined]
    assert {one.check.title.say(lang) for one in found} <= texts


def test_every_check_speaks_both_languages() -> None:
    for one in verification.CHECKS:
        for text in (one.title, one.claim):
            assert text.en.isascii() and not text.zh.isascii(), one.key
