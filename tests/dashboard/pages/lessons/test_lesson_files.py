"""Lesson files: what is refused and how it is told, and texts that cannot contradict the numbers beside them."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from lesson_outcomes import FOLDER, LESSON_NAMES, ROOT, STEPS, with_outcome
from sanfang.dashboard.address import OTHER_KEYS, Address, read
from sanfang.dashboard.authored.placeholders import PLACEHOLDER
from sanfang.dashboard.pages.lessons import presenter, wording
from sanfang.dashboard.pages.lessons.files import LESSONS, Progress, load, load_all, progress_of
from sanfang.dashboard.pages.lessons.files import read as read_lesson
from sanfang.dashboard.pages.lessons.runs import trials
from sanfang.dashboard.words import LANGUAGES
from sanfang.scenario import content
from sanfang.scenario.errors import InputError

PLACE = 'place = { district = "licang", size = 0.1, replications = 6 }'
OF_STEP_4 = 'place = { district = "licang", size = 0.05, replications = 5 }'

WRONG = [
    ('measure = "trips_per_request"', 'measure = "trip_per_request"', r"steps\.1\.measure .*trips_per_request"),
    ('asks = "level"', 'asks = "levels"', r"steps\.3\.asks = \"levels\".*'change'.*'which'"),
    ('scenario = "unfunded"', 'scenario = "unfundet"', r"steps\.1\.arms\.2\.scenario .*unfunded"),
    ("[steps.told.fall]", "[steps.told.falls]", r"steps\.1: told: must have rise, fall, unclear"),
    ('"policy.fund_devolution" = 0.5 }', '"policy.fund_devolutoin" = 1.0 }', r"arms\.3\.set.*policy\.fund_devolution"),
    ('"policy.fund_devolution" = 0.5 }', '"policy.fund_devolution" = 7.0 }', r"step 4, arm money: .*fund_devolution"),
    ("{value:before}", "{value:befor}", r"steps\.1: \{value:befor\}: no arm is called 'befor'; there are before"),
    ("{moved.handoffs_per_request}", "{moved.handoffs}", r"\{moved\.handoffs\}: 'handoffs' is not a measure"),
    ('en = "On the opening day', 'en = "{value} On the opening day', r"\{value\} is no placeholder here; .*residents"),
    ("minutes = 10", "minuts = 10", r"minuts = 10: unknown key; did you mean 'minutes'"),
    (PLACE, "place = { size = 0.3 }", r"place: size = 0\.3: demo can be played at"),
    (OF_STEP_4, "place = { replications = 9 }", r"step 4 makes 45 runs; at most 40"),
    (OF_STEP_4, "place = { days = 1095, replications = 8 }", r"resident-years; at most 1,000,000"),
    ("minutes = 10", "minutes = [", r"is not TOML"),
]  # fmt: skip


def test_all_five_lessons_can_be_used() -> None:
    lessons, problems = load_all()
    assert problems == []
    assert sorted(lessons) == LESSON_NAMES and len(lessons) == 5
    assert [lesson.order for lesson in lessons.values()] == sorted(lesson.order for lesson in lessons.values())


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_a_lesson_is_about_licang_from_its_steady_state(name: str, number: int) -> None:
    """What an empty start shows is mostly the start, and in the small district teams are smaller than anywhere."""
    lesson = load(name)
    step = lesson.steps[number]
    where = lesson.place_of(step)
    assert where.district == "licang" and where.size >= 0.05
    starts = {trial.scenario.run.start for row in trials(lesson, step).values() for trial in row}
    assert starts == {where.start} == {"steady"}


def test_no_list_of_scenarios_or_districts_holds_a_lesson() -> None:
    everything = {*content.names(), *content.names(below=content.DISTRICTS)}
    assert not everything & set(LESSON_NAMES)


@pytest.mark.parametrize("name", LESSON_NAMES)
def test_sources_are_ids_of_the_article(name: str) -> None:
    mechanisms = (ROOT / "docs" / "mechanisms.md").read_text("utf-8")
    for id_ in load(name).sources:
        assert re.search(rf"\| \[?{id_}\b", mechanisms), id_


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_both_languages_fill_in_the_same_measurements(name: str, number: int) -> None:
    step = load(name).steps[number]
    for text in (*step.told.values(), step.why):
        assert sorted(PLACEHOLDER.findall(text.en)) == sorted(PLACEHOLDER.findall(text.zh))


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_every_outcome_has_its_text_and_all_placeholders_resolve(name: str, number: int) -> None:
    lesson = load(name)
    step = lesson.steps[number]
    shown = set()
    for outcome, lang in product(step.outcomes, LANGUAGES):
        found = with_outcome(step, outcome)
        assert found.outcome == outcome
        answer = step.answers[0] if step.answers else str(step.slider.least if step.slider else 0)
        reveal = presenter.reveal(found, answer, lang)
        text = "\n".join(reveal["paragraphs"])
        text += "\n".join(wording.placed(one.say(lang), lesson.place_of(step)) for one in (step.setting, step.question))
        assert "{" not in text and "}" not in text and "nan" not in text
        assert (re.search(r"[一-鿿]", text) is not None) == (lang == "zh")
        shown.add(reveal["paragraphs"][0])
    assert len(shown) == len(step.outcomes) * len(LANGUAGES)


@pytest.mark.parametrize("name", LESSON_NAMES)
def test_predictions_of_a_whole_lesson_fit_into_an_address(name: str) -> None:
    lesson = load(name)
    longest = tuple(
        max(step.answers, key=len) if step.slider is None else f"{step.slider.most:g}" for step in lesson.steps
    )
    progress = Progress(name, len(lesson.steps), longest)
    kept = Address().with_other(**progress.other())
    assert set(kept.other) <= set(OTHER_KEYS)
    assert progress_of(read(kept.query())[0].other, {name: lesson}) == progress


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_a_wrong_file_is_told_with_file_key_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = (FOLDER / "duties-without-means.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_lesson(path)
    assert "mine.toml" in str(caught.value)


@pytest.mark.parametrize("added", ['place = {district = "LONG"}', 'place = {scenario = "LONG"}', "LONG = 1"])
def test_a_long_name_is_not_repeated_in_full(tmp_path: Path, added: str) -> None:
    text = (FOLDER / "duties-without-means.toml").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("minutes = 10", "minutes = 10\n" + added.replace("LONG", "a" * 100_000), 1), "utf-8")
    with pytest.raises(InputError) as caught:
        read_lesson(path)
    assert len(str(caught.value)) < 2_000


def test_other_lessons_stay_usable_beside_a_wrong_one_and_an_edit_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "scenarios" / LESSONS
    mine.mkdir(parents=True)
    (mine / "mine.toml").write_text("order = 1\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    lessons, problems = load_all()
    assert sorted(lessons) == LESSON_NAMES
    assert len(problems) == 1 and "mine.toml" in problems[0] and "title: is missing" in problems[0]
    (mine / "mine.toml").write_text((FOLDER / "three-dilemmas.toml").read_text("utf-8"), "utf-8")
    lessons, problems = load_all()
    assert "mine" in lessons and problems == []


def test_a_lesson_is_only_found_by_a_name_on_the_list() -> None:
    for name in ("../before", "nothing", str(FOLDER / "three-dilemmas"), "before"):
        with pytest.raises(InputError, match="no such lesson"):
            load(name)
