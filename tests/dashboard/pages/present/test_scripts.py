"""Scripts: what is refused and how it is told, and sentences that cannot contradict the numbers beside them."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from jobs import made
from sanfang.dashboard.address import Address, read, scenario_of
from sanfang.dashboard.authored.placeholders import PLACEHOLDER
from sanfang.dashboard.authored.tables import Place
from sanfang.dashboard.pages.present import telling
from sanfang.dashboard.pages.present.files import SCRIPTS, Spot, load, load_all, spot_of
from sanfang.dashboard.pages.present.files import read as read_script
from sanfang.dashboard.pages.present.runs import Outcomes, find_out, known
from sanfang.dashboard.pages.present.script import PRESENT, Script
from sanfang.dashboard.words import LANGUAGES
from sanfang.dashboard.worlds.kept_runs import Runs, Seen
from sanfang.run.series import MEASURES
from sanfang.run.session import Session
from sanfang.scenario.errors import InputError

STORY = Path(__file__).resolve().parents[4] / "scenarios" / SCRIPTS / "ten-minutes.toml"
WRONG = [
    ("speed = 10", "speed = 11", r"speed = 11: Input should be 1, 3, 10 or 30"),
    ("minutes = 10", "minuts = 10", r"minuts = 10: unknown key; did you mean 'minutes'"),
    ('policy = "unfunded"', 'policy = "unfundet"', r"scenes\.2\.policy .*unfunded"),
    ('policy = "unfunded"', "move = { authorty = 1.0 }", r"scenes\.2\.move.*'authorty' is not a lever.*authority"),
    ('policy = "unfunded"', "move = { authority = 2.0 }", r"authority = 2: a level is a number from 0 to 1"),
    ('after = "today"', 'after = "tody"', r"scene means: after = 'tody' is no earlier scene"),
    ("until = 180", "until = 60", r"scene duties: until = 60 must lie between 61 and place\.days = 360"),
    ("until = 180", "until = 361", r"scene duties: until = 361 must lie between"),
    ("until = 180\n", "", r"scene duties: until is needed where levers are moved"),
    ('against = "begin"', 'against = "duties"', r"scene today: against = 'duties' is neither 'present', 'begin' nor"),
    ('id = "today"', 'id = "present"', r"scene present: the id is taken"),
    ("{moved.days_to_resolve}", "{moved.days}", r"scene duties: \{moved\.days\}: 'days' is no measure"),
    ("{moved:duties}", "{moved:three}", r"scene means: \{moved:three\}: 'three' is neither 'present', 'begin' nor"),
    ('en = "Tasks come down', 'en = "{value} Tasks come down', r"today: \{value\} is no placeholder here; .*days"),
    ('en = "Tasks come down', 'en = "{Tasks come down', r"a brace that belongs to no placeholder"),
    ('en = "Before the reform"', f'en = "{"long " * 20}"', r"title\.en .*at most 60 characters"),
    ("replications = 4", "replications = 9", r"the script makes 54 runs; at most 40"),
    ("[scenes.told.rise]", "[scenes.told.rises]", r"told\.rise: is missing"),
]  # fmt: skip


def with_change(script: Script, size: float) -> Outcomes:
    """Made-up runs in which everything grows by `size` from each policy to the next, and a little from day to day."""
    by_policy = {}
    for row, name in enumerate(script.policies):
        seen = []
        for seed in range(script.place.replications):
            days = np.full(script.place.days, 0.5 + 0.001 * seed + size * row * (1 + 0.01 * seed))
            seen.append(Seen({}, {measure: days + size * np.arange(len(days)) for measure in MEASURES}))
        by_policy[name] = tuple(seen)
    return Outcomes(script, by_policy)


def test_the_story_that_ships_can_be_used_and_is_no_scenario() -> None:
    scripts, problems = load_all()
    assert problems == [] and "ten-minutes" in scripts
    assert scripts["ten-minutes"].minutes == 10 and len(scripts["ten-minutes"].scenes) >= 5


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_a_wrong_file_is_told_with_file_key_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = STORY.read_text("utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_script(path)
    assert "mine.toml" in str(caught.value) and len(str(caught.value)) < 2_000


def test_a_script_of_ones_own_is_found_beside_the_one_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "scenarios" / SCRIPTS
    mine.mkdir(parents=True)
    (mine / "broken.toml").write_text("order = 1\n", "utf-8")
    (mine / "mine.toml").write_text(STORY.read_text("utf-8"), "utf-8")
    monkeypatch.chdir(tmp_path)
    scripts, problems = load_all()
    assert sorted(scripts) == ["mine", "ten-minutes"]
    assert len(problems) == 1 and "broken.toml" in problems[0] and "title: is missing" in problems[0]


@pytest.mark.parametrize("text", ["#" * 1_000_000, f"[{'.'.join('a' * 5_000)}]\nx = 1", f"order = 1{'0' * 5_000}"])
def test_a_script_beyond_all_measure_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "script.toml").write_text(text)
    with pytest.raises(InputError, match=r"too long|nested more than|more than 4,300 digits"):
        read_script(tmp_path / "script.toml")


def test_both_languages_fill_in_the_same_measurements() -> None:
    for scene in load("ten-minutes").scenes:
        for text in (scene.says, *scene.captions, *([scene.question] if scene.question else [])):
            assert sorted(PLACEHOLDER.findall(text.en)) == sorted(PLACEHOLDER.findall(text.zh)), scene.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_follow_the_sign_of_what_was_run(lang: str) -> None:
    script = load("ten-minutes")
    shown = {}
    for size, at in product((0.5, -0.5, 0.0), range(1, len(script.scenes) + 1)):
        spot, outcomes = Spot("ten-minutes", script, at), with_change(script, size)
        assert spot.scene is not None
        if spot.scene.told is None:
            continue
        expected = "rise" if size > 0 else "fall" if size < 0 else "unclear"
        assert outcomes.direction(spot.scene) == expected
        told = telling.caption(spot, spot.until, outcomes, lang)
        words = {"rise": ("rose", "上升"), "fall": ("fell", "下降"), "unclear": ("no clear change", "没有明显变化")}
        assert words[expected][lang == "zh"] in told["text"] and not re.search(r"[{}]|nan", told["text"])
        assert (re.search(r"[一-鿿]", told["text"]) is not None) == (lang == "zh")
        shown[spot.at, expected] = told["text"]
    assert len(set(shown.values())) == len(shown)


def test_before_it_is_played_a_scene_asks_and_tells_nothing() -> None:
    script = load("ten-minutes")
    for at in range(len(script.scenes) + 1):
        spot = Spot("ten-minutes", script, at)
        told = telling.caption(spot, spot.begin, None, "en")
        assert told["text"] and not told["note"] and "{" not in told["text"] + told["question"]
    duties = telling.caption(Spot("ten-minutes", script, 2), 60, None, "en")
    assert "After 120 days" in duties["question"]


def test_figures_of_a_sentence_are_those_of_the_runs_on_its_last_day() -> None:
    where = Place(start="empty", size=0.25, days=70, seed=3, replications=3)
    scenes = tuple(
        one.model_copy(update={"until": until, "after": after})
        for one, until, after in zip(load("ten-minutes").scenes[:2], (40, 70), (None, None), strict=True)
    )
    script = load("ten-minutes").model_copy(update={"place": where, "scenes": scenes})
    outcomes = made(lambda job: find_out(script, job, Runs()))
    duties = script.scenes[1]
    session = Session(script.load("before"), seed=4, scale=0.25, days=70)
    session.step(40)
    for day, lever, level in script.moves(duties):
        assert day == 40
        session.move(lever, level)
    session.step(30)
    played = float(session.daily["satisfaction"].iloc[-1])
    assert outcomes.values(duties, "", "satisfaction")[1] == pytest.approx(played, abs=1e-12)
    change = outcomes.change(duties, PRESENT, "satisfaction").mean
    apart = outcomes.mean(duties, "", "satisfaction") - outcomes.mean(duties, PRESENT, "satisfaction")
    assert change == pytest.approx(apart)
    text = telling.filled("{value} {change}", outcomes, duties, "en")
    assert text.startswith(f"{100 * outcomes.mean(duties, '', 'satisfaction'):.1f}%")
    assert known(script, Runs()) is None


def test_a_scene_may_begin_where_an_earlier_one_ended() -> None:
    script = load("ten-minutes")
    of = {scene.id: scene for scene in script.scenes}
    assert [script.begin(of[name]) for name in ("today", "duties", "means", "three", "refined")] == [0, 60, 60, 60, 180]
    assert script.moves(of["today"]) == ()
    assert {move.day for move in script.moves(of["refined"])} == {60, 180}
    spot = Spot("ten-minutes", script, script.number("three"))
    scenario = scenario_of(spot.address(Address()), spot.world())
    assert scenario.policy.staff_devolution == ((0, 0.0), (60, 1.0))


def test_an_address_that_was_tampered_with_leads_to_a_scene() -> None:
    scripts, _ = load_all()
    for text in ("", "../../etc/passwd.1", "nothing.1", "before.1"):
        assert spot_of({"script": text}, scripts) is None
    last = len(scripts["ten-minutes"].scenes)
    for text, at in (("ten-minutes", 0), ("ten-minutes.99", last), ("ten-minutes.²", 0), ("ten-minutes.-1", 0)):
        spot = spot_of({"script": text}, scripts)
        assert spot is not None and spot.at == at
    spot = Spot("ten-minutes", scripts["ten-minutes"], 2)
    there = spot.address(Address(lang="zh"))
    assert read(there.query())[0] == there and spot.holds(there) and there.lang == "zh"
    elsewhere = read(there.query().replace("seed=1", "seed=2"))[0]
    assert not spot.holds(elsewhere) and spot_of(elsewhere.other, scripts) == spot
