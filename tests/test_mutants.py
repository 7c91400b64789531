"""The list of mutants is alive: each wrong place is still there, once, and the test that must catch it exists.

The mutants themselves are tried by `make soak`.
"""

from __future__ import annotations

import re

import pytest
from soak.mutants.campaign import KILLED, Result, told
from soak.mutants.mutant import ROOT, SOURCES, Mutant, all_mutants

MUTANTS = all_mutants()


@pytest.mark.parametrize("mutant", MUTANTS, ids=[one.wrong for one in MUTANTS])
def test_a_mutant_s_place_stands_once_in_its_file_and_its_test_exists(mutant: Mutant) -> None:
    text = (ROOT / SOURCES / mutant.file).read_text("utf-8")
    assert mutant.applied(text) != text
    file, _, test = mutant.caught_by.partition("::")
    source = (ROOT / "tests" / file).read_text("utf-8")
    assert not test or re.search(rf"^def {re.escape(test.partition('[')[0])}\(", source, re.MULTILINE)


def test_no_mutant_is_listed_twice() -> None:
    assert len({(one.file, one.old, one.new) for one in MUTANTS}) == len({one.wrong for one in MUTANTS}) == len(MUTANTS)


def test_a_place_that_is_gone_or_stands_twice_is_told() -> None:
    mutant = Mutant("wrong sign", "x.py", "+ 1", "- 1", "test_x.py", "metrics")
    assert mutant.applied("a + 1") == "a - 1"
    for text in ("a + 2", "a + 1 + 1"):
        with pytest.raises(ValueError, match="wrong sign"):
            mutant.applied(text)


def test_the_report_tells_what_survived() -> None:
    text = told([Result(0, KILLED, "test_a"), Result(1, "survived", "")])
    assert "2 mutants: 1 killed, 1 not" in text
    assert "**survived**" in text and "killed by `test_a`" in text


def test_the_last_report_knows_every_mutant() -> None:
    page = (ROOT / "docs" / "verification.md").read_text("utf-8")
    assert [one.wrong for one in MUTANTS if f"| {one.wrong} |" not in page] == []
