"""One word a thing, in both languages: pages follow the glossary, and the glossary the declarations."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from sanfang.dashboard.glossary import TERMS, Term, glossary, named
from sanfang.dashboard.words import texts

ROOT = Path(__file__).resolve().parents[2]


def test_the_glossary_is_up_to_date() -> None:
    hint = "write it anew: python -m sanfang.dashboard.glossary > docs/glossary.md"
    assert (ROOT / "docs" / "glossary.md").read_text("utf-8") == glossary(), hint


def test_what_has_one_name_in_english_has_one_in_chinese() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for en, zh in named():
        found[en.lower()].add(zh)
    assert {en: names for en, names in found.items() if len(names) > 1} == {}


@pytest.mark.parametrize("term", [term for term in TERMS if term.instead_of], ids=lambda term: term.en)
def test_pages_use_the_word_of_the_glossary_and_no_other(term: Term) -> None:
    said = {key: text["zh"] for key, text in texts().items()} | {en: zh for en, zh in named()}
    assert [key for key, zh in said.items() if any(word in zh for word in term.instead_of)] == []


def test_a_term_is_there_once_and_says_in_one_sentence_what_it_is() -> None:
    assert len({term.en for term in TERMS}) == len({term.zh for term in TERMS}) == len(TERMS)
    for term in TERMS:
        assert term.says.endswith(".") and term.says_zh.endswith("。") and ". " not in term.says
