"""What the experiments that ship say for themselves is there in Chinese as well."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from sanfang.dashboard.pages.results.texts import in_language
from sanfang.dashboard.words import say
from sanfang.lab.experiments.experiment_reading import Origin, parse

FOLDER = Path(__file__).resolve().parents[4] / "experiments"
FILES = sorted(FOLDER.rglob("*.toml"))
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_an_experiment_says_in_chinese_what_it_says_in_english(path: Path) -> None:
    file = parse(tomllib.loads(path.read_text("utf-8")), Origin(path.stem, path.parent))
    pairs = [(file.description, file.description_zh)]
    if file.claim is not None:
        pairs += [(file.claim.says, file.claim.says_zh), (file.claim.comment, file.claim.comment_zh)]
        pairs += [(file.claim.because, file.claim.because_zh)]
    assert file.description
    for text, zh in pairs:
        assert bool(text) == bool(CHINESE.search(zh)), text
        assert not CHINESE.search(text)
        assert in_language(text, zh, "zh") == zh and in_language(text, zh, "en") == text


def test_a_text_without_chinese_is_shown_in_english_and_said_so() -> None:
    assert in_language("Why", "", "zh") == f"{say('results_english_only', 'zh')}Why"
