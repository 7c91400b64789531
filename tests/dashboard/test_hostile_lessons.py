"""No lesson takes Sanfang down: whatever the file holds, it is read or refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sanfang.dashboard.pages.lessons.files import read as read_lesson
from sanfang.scenario.errors import InputError

WITH_A_SLIDER = Path(__file__).resolve().parents[2] / "scenarios" / "lessons" / "three-dilemmas.toml"

LESSONS = {
    "tables 5,000 deep": (f"[{'.'.join('a' * 5_000)}]\nx = 1", "is nested more than 20 deep"),
    "a file of a megabyte": ("#" * 1_000_000, "is too long"),
    "a number of 5,000 digits": (f"order = 1{'0' * 5_000}", "has a number of more than 4,300 digits"),
    "a number of 4,000 digits": (f"order = 1{'0' * 4_000}", "order = about 2^13288"),
    "a slider that begins nowhere": (
        re.sub(r"least = [\d.]+", "least = nan", WITH_A_SLIDER.read_text("utf-8")),
        "slider.least = nan: Input should be a finite number",
    ),
}


@pytest.mark.parametrize(("text", "message"), LESSONS.values(), ids=LESSONS.keys())
def test_a_lesson_beyond_all_measure_is_refused(here: Path, text: str, message: str) -> None:
    Path("lesson.toml").write_text(text)
    with pytest.raises(InputError) as refused:
        read_lesson(here / "lesson.toml")
    assert message in str(refused.value)
