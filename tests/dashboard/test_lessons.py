"""The Lessons page: lesson files, what comes out of a step, texts that cannot contradict it, and the page itself."""

from __future__ import annotations

import re
import threading
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import solara

from jobs import made
from sanfang.dashboard.address import OTHER_KEYS, Address, read, scenario_of
from sanfang.dashboard.declare import recipe
from sanfang.dashboard.pages.lessons import page, told, wording
from sanfang.dashboard.pages.lessons.files import LESSONS, Progress, load, load_all, progress_of
from sanfang.dashboard.pages.lessons.files import read as read_lesson
from sanfang.dashboard.pages.lessons.lesson import PLACEHOLDER, Lesson, LessonPlace, LessonStep
from sanfang.dashboard.pages.lessons.runs import (
    LessonRun,
    Runs,
    Seen,
    StepOutcome,
    differences,
    find_out,
    known,
    score,
    trials,
)
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.words import LANGUAGES
from sanfang.dashboard.worlds.job import PageJob
from sanfang.lab.comparison import compare
from sanfang.metrics.catalogue import BY_NAME, METRICS
from sanfang.run.background import CANCELLED
from sanfang.run.simulation import simulate
from sanfang.scenario import content
from sanfang.scenario.errors import InputError
from sanfang.scenario.scenario import Scenario

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "scenarios" / LESSONS
LESSON_NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))
STEPS = [(name, number) for name in LESSON_NAMES for number in range(len(load(name).steps))]

SHORT = LessonPlace(days=240, replications=3)


def short(lesson: Lesson, step: LessonStep) -> tuple[Lesson, LessonStep]:
    """The same step, shorter."""
    brief = step.model_copy(update={"place": SHORT})
    return lesson.model_copy(update={"steps": (brief, *lesson.steps[1:])}), brief


def made_up(step: LessonStep, shift: dict[str, float]) -> StepOutcome:
    """Runs in which every metric is 0.5 but for the noise of the seed, plus the shift of its arm."""
    noise = [0.001, -0.002, 0.0015]
    by_arm = {
        arm.id: tuple(
            Seen({metric.name: 0.5 + one + shift.get(arm.id, 0.0) * (1 + one) for metric in METRICS}, {})
            for one in noise
        )
        for arm in step.arms
    }
    return StepOutcome(step, SHORT, by_arm)


FAR = 20.0
"""More than the smallest difference of interest in any unit."""


def with_outcome(step: LessonStep, outcome: str) -> StepOutcome:
    """Made-up runs that come out as asked."""
    last, first = step.arms[-1].id, step.arms[0].id
    others = [arm.id for arm in step.arms[1:]]
    if step.asks == "which":
        sign = -1.0 if step.goal == "lowest" else 1.0
        return made_up(step, {outcome: sign * FAR} if outcome in others else {})
    better_is_up = BY_NAME[step.measure].better == "higher"
    up = {"rise": FAR, "fall": -FAR, "better": FAR if better_is_up else -FAR, "worse": -FAR if better_is_up else FAR}
    return made_up(step, {last: up.get(outcome, 0.0)} if last != first else {})


# --- Files --------------------------------------------------------------------------------------------


def test_all_five_lessons_can_be_used() -> None:
    lessons, problems = load_all()
    assert problems == []
    assert sorted(lessons) == LESSON_NAMES and len(lessons) == 5
    assert [lesson.order for lesson in lessons.values()] == sorted(lesson.order for lesson in lessons.values())


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
        reveal = told.reveal(found, answer, lang)
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


WRONG = [
    ('measure = "trips_per_request"', 'measure = "trip_per_request"', r"steps\.1\.measure .*trips_per_request"),
    ('asks = "level"', 'asks = "levels"', r"steps\.3\.asks = \"levels\".*'change'.*'which'"),
    ('scenario = "unfunded"', 'scenario = "unfundet"', r"steps\.1\.arms\.2\.scenario .*unfunded"),
    ("[steps.told.fall]", "[steps.told.falls]", r"steps\.1: told: must have rise, fall, unclear"),
    ('"policy.fund_devolution" = 1.0 }', '"policy.fund_devolutoin" = 1.0 }', r"arms\.3\.set.*policy\.fund_devolution"),
    ('"policy.fund_devolution" = 1.0 }', '"policy.fund_devolution" = 7.0 }', r"step 4, arm money: .*fund_devolution"),
    ("{value:before}", "{value:befor}", r"steps\.1: \{value:befor\}: no arm is called 'befor'; there are before"),
    ("{moved.handoffs_per_request}", "{moved.handoffs}", r"\{moved\.handoffs\}: 'handoffs' is not a measure"),
    ('en = "On the opening day', 'en = "{value} On the opening day', r"\{value\} is no placeholder here; .*residents"),
    ("minutes = 10", "minuts = 10", r"minuts = 10: unknown key; did you mean 'minutes'"),
    ("minutes = 10", "minutes = 10\nplace = { size = 0.3 }", r"place: size = 0\.3: demo can be played at"),
    ("minutes = 10", "minutes = 10\nplace = { replications = 9 }", r"step 4 makes 45 runs; at most 40"),
    ("minutes = 10", 'minutes = 10\nplace = { days = 1095, replications = 8 }', r"resident-years; at most 1,000,000"),
    ("minutes = 10", "minutes = [", r"is not TOML"),
]  # fmt: skip


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


# --- What comes out -----------------------------------------------------------------------------------


def test_a_step_shows_the_numbers_of_simulate_and_of_compare() -> None:
    lesson, step = short(load("duties-without-means"), load("duties-without-means").steps[0])
    found = made(lambda job: find_out(lesson, step, job, Runs()))
    arms = [Scenario.load(name, district="demo") for name in ("before", "unfunded")]
    for arm, scenario in zip(("before", "unfunded"), arms, strict=True):
        assert found.by_arm[arm][1].metrics == pytest.approx(
            simulate(scenario, seed=2, days=SHORT.days).metrics, rel=0, abs=0, nan_ok=True
        )
    table = compare(arms, reps=3, seed=1, days=SHORT.days, jobs=1).differences
    row = table[table.metric == step.measure].iloc[0]
    change = found.change("unfunded", step.measure)
    assert (change.mean, change.low, change.high) == pytest.approx((row.difference, row.low, row.high))
    last = float(simulate(arms[0], seed=1, days=SHORT.days).daily["satisfaction"].iloc[-1])
    assert float(found.by_arm["before"][0].series["satisfaction"][-1]) == pytest.approx(last)


def test_a_lesson_played_through_by_many_at_once_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[LessonRun] = []

    def count(trial: LessonRun, job: PageJob[Any]) -> Seen:
        ran.append(trial)
        return Seen({metric.name: float(trial.seed) for metric in METRICS}, {})

    monkeypatch.setattr("sanfang.dashboard.pages.lessons.runs._made", count)
    lesson = load("three-together")
    runs = Runs()
    assert known(lesson, lesson.steps[0], runs) is None

    def play() -> None:
        for step in lesson.steps:
            made(lambda job, step=step: find_out(lesson, step, job, runs))

    viewers = [threading.Thread(target=play) for _ in range(8)]
    for viewer_ in viewers:
        viewer_.start()
    for viewer_ in viewers:
        viewer_.join(60)
    wanted = {trial.key for step in lesson.steps for row in trials(lesson, step) for trial in row}
    assert len(ran) == len(wanted) == len({trial.key for trial in ran})
    assert known(lesson, lesson.steps[0], runs) is not None


def test_runs_that_were_not_asked_for_longest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sanfang.dashboard.pages.lessons.runs._made", lambda trial, job: Seen({}, {}))
    runs, before = Runs(kept=2), Scenario.load("before", district="demo")
    first, second, third = (LessonRun(before, "digest", seed, 60, 1.0) for seed in (1, 2, 3))
    for trial in (first, second):
        made(lambda job, trial=trial: runs.make(trial, job))
    runs.seen(first)
    made(lambda job: runs.make(third, job))
    assert runs.seen(first) and runs.seen(third) and runs.seen(second) is None


def test_nothing_more_is_run_once_a_viewer_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson, ran = load("three-together"), list[LessonRun]()

    def count(trial: LessonRun, job: PageJob[Any]) -> Seen:
        ran.append(trial)
        if len(ran) == 2:
            job.leave()
        return Seen({}, {})

    monkeypatch.setattr("sanfang.dashboard.pages.lessons.runs._made", count)
    job: PageJob[StepOutcome] = PageJob(lambda job: find_out(lesson, lesson.steps[0], job, Runs()))
    job.run()
    assert job.state == CANCELLED and len(ran) == 2


def test_a_difference_is_clear_if_it_is_surely_more_than_is_of_interest() -> None:
    assert differences([np.array([1.0, 1.1, 0.9])], [0.0])[0].direction == "rise"
    assert differences([np.array([-1.0, -1.1, -0.9])], [0.0])[0].direction == "fall"
    assert differences([np.array([1.0, -1.1, 0.3])], [0.0])[0].direction == "unclear"
    assert differences([np.zeros(4)], [0.0])[0].direction == "unclear"
    assert differences([np.full(4, 0.2)], [0.0])[0].direction == "rise"
    assert differences([np.array([1.0, 1.1, 0.9])], [2.0])[0].direction == "unclear"


def test_a_difference_that_is_clear_alone_need_not_be_so_among_many() -> None:
    """t = 5.8 with two degrees of freedom: p = 0.029."""
    values = np.array([1.0, 1.3, 0.7])
    assert differences([values], [0.0])[0].direction == "rise"
    assert {one.direction for one in differences([values] * 20, [0.0] * 20)} == {"unclear"}


def test_together_is_measured_against_the_sum_of_the_parts() -> None:
    step = load("three-together").steps[2]
    found = made_up(step, {"resources": 0.2, "services": -0.05, "management": 0.1, "all": 0.1})
    assert found.contrast.mean == pytest.approx(0.1 - (0.2 - 0.05 + 0.1), abs=1e-3)
    assert found.outcome == "better"  # days to resolve: fewer are better
    assert made_up(step, {"all": 0.2}).outcome == "worse"
    assert made_up(step, {"all": 0.1}).outcome == "unclear", "just the smallest of interest"


def test_predictions_are_judged_by_what_happened() -> None:
    change, level = load("three-dilemmas").steps[1], load("three-dilemmas").steps[0]
    which = load("duties-without-means").steps[3]
    assert score(with_outcome(change, "fall"), "fall") == "right"
    assert score(with_outcome(change, "fall"), "stay") == "wrong"
    assert score(with_outcome(change, "unclear"), "stay") == "right"
    assert score(with_outcome(which, "money"), "money") == "right"
    assert score(with_outcome(which, "money"), "both") == "wrong"
    for answer, expected in (("50", "right"), ("57", "right"), ("60", "wrong")):
        assert score(made_up(level, {}), answer, lambda value: 100 * value) == expected


def test_where_no_arm_wins_clearly_either_of_the_best_two_is_right() -> None:
    which = load("duties-without-means").steps[3]
    noise = {"staff": -0.1, "both": -0.1, "money": 0.2, "follow": 0.2}
    found = made_up(which, noise)
    assert found.outcome == "unclear" and set(found.ranked[:2]) == {"staff", "both"}
    assert [score(found, answer) for answer in ("staff", "both", "money")] == ["right", "right", "wrong"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_values_and_their_change_are_shown_with_the_same_decimals(lang: str) -> None:
    step = load("three-together").steps[3]
    found = made_up(step, {"all": -0.0034})
    row = told.reveal(found, "rise", lang)["rows"][0]
    before, after = (float(value.rstrip("%")) for value in row["values"])
    change = float(re.match(r"[−+][\d.]+", row["change"]).group().replace("−", "-"))  # type: ignore[union-attr]
    assert after - before == pytest.approx(change, abs=0.0101)


def test_links_reproduce_the_arms_of_a_step() -> None:
    lesson = load("duties-without-means")
    step = lesson.steps[3]
    found = with_outcome(step, "both")
    link = next(one["href"] for one in told.links(found, "en") if one["href"].startswith("/compare?"))
    address, problems = read(link.partition("?")[2])
    assert problems == []
    for world, arm in zip(address.worlds, (step.arms[0], step.arms[-1]), strict=True):
        expected = next(row[0].scenario for one, row in zip(step.arms, trials(lesson, step), strict=True) if one == arm)
        assert scenario_of(address, world).digest() == expected.digest()
    assert (address.district, address.size, address.seed, address.day) == ("demo", 1.0, 1, found.place.days)


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_every_link_of_a_lesson_is_a_good_address(name: str, number: int) -> None:
    lesson = load(name)
    step = lesson.steps[number]
    links = told.links(with_outcome(step, step.outcomes[0]), "zh")
    hint = told.hint(lesson, step, "zh")
    links += [hint] if hint else []
    assert links
    for link in links:
        address, problems = read(link["href"].partition("?")[2])
        assert problems == [] and address.lang == "zh"


def test_conditions_that_no_link_can_carry_are_not_linked() -> None:
    step = load("three-dilemmas").steps[1]
    links = told.links(with_outcome(step, "fall"), "en")
    assert [link["href"].partition("?")[0] for link in links] == ["/"]
    assert "a=before" in links[0]["href"]


def test_the_recipe_of_a_question_makes_its_numbers_again(capsys: pytest.CaptureFixture[str]) -> None:
    lesson = load("three-dilemmas")
    address = Address(other={"lesson": "three-dilemmas.2"})
    code = (
        recipe("/lessons", address).python.replace("days=365", f"days={SHORT.days}").replace("reps=4", "reps=3, jobs=1")
    )
    names_: dict[str, Any] = {}
    exec(code, names_)
    brief, step = short(lesson, lesson.steps[1])
    found = made(lambda job: find_out(brief, step, job, Runs()))
    row = names_["shown"].set_index("metric").loc[step.measure]
    assert row.difference == pytest.approx(found.change("first", step.measure).mean)
    assert "extends" in recipe("/lessons", address).shell
    assert recipe("/lessons", Address()) == recipe("/", Address())


# --- The page -----------------------------------------------------------------------------------------


def test_an_address_that_was_tampered_with_leads_to_a_page() -> None:
    lessons, _ = load_all()
    assert progress_of({"lesson": "../../etc/passwd.1"}, lessons) is None
    assert progress_of({"lesson": ""}, lessons) is None
    far = progress_of({"lesson": "three-together.99", "answer": "rise,<script>,,x"}, lessons)
    assert far == Progress("three-together", 6, ("rise", "", "", "", ""))
    odd = progress_of({"lesson": "three-dilemmas.²", "answer": "1e9,rise"}, lessons)
    assert odd == Progress("three-dilemmas", 0, ("", "rise", "", "", ""))


@pytest.fixture
def short_lessons(monkeypatch: pytest.MonkeyPatch) -> None:
    """All lessons, shorter, without a shared memory."""
    lessons = {}
    for name, lesson in load_all()[0].items():
        steps = tuple(step.model_copy(update={"place": SHORT}) for step in lesson.steps)
        lessons[name] = lesson.model_copy(update={"steps": steps, "place": SHORT})
    monkeypatch.setattr(page, "load_all", lambda: (lessons, ["lessons/broken.toml: title: is missing"]))


def shown(address: Address) -> tuple[Any, Any]:
    """The page at an address, drawn."""
    viewer.address.set(address)
    return solara.render(page.LessonsPage(), handle_error=False)


def _named(widget: Any, name: str) -> list[Any]:
    code, template = getattr(widget, "template_file", None) or ("", "")
    found = [widget] if str(Path(code).parent / template).endswith(f"/{name}.vue") else []
    for child in getattr(widget, "children", []):
        if not isinstance(child, str):
            found += _named(child, name)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_lists_the_lessons_and_says_which_file_is_wrong(short_lessons: None, lang: str) -> None:
    _, rc = shown(Address(lang=lang))
    (cards,) = _named(rc.container, "lessons/list")
    assert {card["name"] for card in cards.lessons} == set(LESSON_NAMES)
    (notes,) = _named(rc.container, "notes")
    assert "lessons/broken.toml" in notes.notes[0]["text"]
    rc.close()


def test_a_question_is_answered_before_anything_is_run_and_the_link_keeps_it(short_lessons: None) -> None:
    _, rc = shown(Address(lang="en", other={"lesson": "duties-without-means.1"}))
    (form,) = _named(rc.container, "lessons/predict")
    assert not form.fixed and not _named(rc.container, "lessons/reveal") and not _named(rc.container, "progress")
    form.vue_event_answered("nonsense")  # what no option offers is not taken
    assert "answer" not in viewer.address.value.other
    form.vue_event_answered("fall")
    assert viewer.address.value.other["answer"] == "fall,-,-,-"
    reveal = wait_for(rc, "lessons/reveal")
    assert reveal.told["predicted"] == "fall" and reveal.told["right"]
    assert _named(rc.container, "lessons/predict")[0].fixed
    rc.close()


def test_the_summary_counts_predictions_and_keeps_open_ones_open(short_lessons: None) -> None:
    _, rc = shown(Address(lang="en", other={"lesson": "duties-without-means.5", "answer": "fall,fall,-,-"}))
    end = wait_for(rc, "lessons/end")
    assert [row["predicted"] for row in end.rows] == ["fall", "fall"] and end.rows[0]["right"]
    assert "2 questions are still open" in end.score
    rc.close()


def wait_for(rc: Any, name: str) -> Any:
    """The widget once the thread of the page has put it there."""
    for _ in range(600):
        found = _named(rc.container, name)
        if found:
            return found[0]
        threading.Event().wait(0.05)
    raise AssertionError(f"{name} did not appear")
