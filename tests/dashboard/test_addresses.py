"""The address is the state of a page: whatever stands in it gives a page within limits, and a link to it again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanfang.dashboard import limits
from sanfang.dashboard.address import OTHER_KEYS, Address, LinkedWorld, read, scenario_of
from sanfang.dashboard.words import LANGUAGES
from sanfang.dashboard.worlds.page_session import PageSession
from sanfang.scenario import content
from sanfang.scenario.policy import lever_names

DEMO = Address(district="demo", size=1.0, days=90)
LEVELS = st.integers(0, 20).map(lambda n: n / 20)
WORLDS = st.builds(
    LinkedWorld,
    scenario=st.sampled_from(content.names()),
    levers=st.dictionaries(st.sampled_from(lever_names()), LEVELS, max_size=4).map(lambda found: tuple(found.items())),
    moves=st.dictionaries(st.tuples(st.integers(1, 300), st.sampled_from(lever_names())), LEVELS, max_size=4).map(
        lambda found: tuple((*key, level) for key, level in sorted(found.items()))
    ),
)


@settings(max_examples=60)
@given(
    st.builds(
        Address,
        lang=st.sampled_from(LANGUAGES),
        district=st.just("licang"),
        size=st.sampled_from(limits.sizes("licang")),
        seed=st.integers(0, limits.MAX_SEED),
        days=st.just(365),
        day=st.integers(0, 365),
        worlds=st.lists(WORLDS, min_size=1, max_size=3).map(tuple),
        other=st.dictionaries(st.sampled_from(OTHER_KEYS), st.text("a/&=?#%é三", min_size=1, max_size=9), max_size=3),
    )
)
def test_a_link_carries_the_whole_state(address: Address) -> None:
    found, problems = read(address.query())
    assert (found, problems) == (address, [])


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_any_address_gives_a_page_within_limits(query: str) -> None:
    address, _ = read(query)
    assert_within_limits(address)


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("days=1e12", "days"), ("days=nan", "days"), ("seed=-5", "seed"), ("size=1", "size"), ("size=inf", "size"),
        ("district=../../etc/passwd", "district"), ("a=/etc/passwd", "a="), ("a=before&a.levers=triage:2", "triage"),
        ("a=before&a.levers=__class__:1", "__class__"), ("a.moves=30:authority:x", "authority"),
        ("a.moves=99999:authority:1", "99999"), ("lang=fr", "lang"), ("foo=1", "foo"),
    ],
)  # fmt: skip
def test_what_an_address_may_not_ask_is_left_out_and_told(query: str, what: str) -> None:
    address, problems = read(query)
    assert_within_limits(address)
    assert len(problems) == 1 and what in problems[0]


def assert_within_limits(address: Address) -> None:
    assert address.size * limits.population(address.district) <= limits.MAX_RESIDENTS
    assert 1 <= address.days <= limits.MAX_DAYS and 0 <= address.day <= address.days
    assert 0 <= address.seed <= limits.MAX_SEED and address.lang in LANGUAGES
    assert 1 <= len(address.worlds) <= limits.MAX_WORLDS
    for world in address.worlds:
        assert world.scenario in content.names() and len(world.moves) <= limits.MAX_MOVES
        for name, level in [*world.levers, *(move[1:] for move in world.moves)]:
            assert name in lever_names() and 0 <= level <= 1


def test_every_district_has_a_size_that_may_be_played() -> None:
    for district in content.names(below=content.DISTRICTS):
        assert limits.usual_size(district) * limits.population(district) <= limits.MAX_RESIDENTS


def test_a_scenario_of_an_address_holds_levers_and_moves() -> None:
    world = LinkedWorld("before", (("triage", 0.5),), ((10, "triage", 1.0),))
    assert scenario_of(DEMO, world).policy.triage == ((0, 0.5), (10, 1.0))


def test_a_move_on_the_first_day_is_a_lever_set_from_the_start() -> None:
    """A session keeps one record of both, so a link that names it as a move names the same world."""
    moved, set_ = (read(f"a=before&a.{key}")[0] for key in ("moves=0:triage:0.5", "levers=triage:0.5"))
    assert moved.worlds == set_.worlds == (LinkedWorld("before", (("triage", 0.5),)),)
    assert PageSession(replace(DEMO, size=0.1), set_.worlds[0]).world == set_.worlds[0]


@pytest.mark.parametrize("level", ["0.3333333333333333", "1e-300", "0.1", "0.30000000000000004"])
def test_a_level_in_a_link_is_the_same_to_the_last_bit_in_the_link_of_the_page(level: str) -> None:
    address, _ = read(f"a.levers=authority:{level}&a.moves=7:triage:{level}")
    assert address.worlds[0].levers == (("authority", float(level)),)
    assert read(address.query())[0] == address


@pytest.mark.parametrize("half", ["\udcff", "\ud800", "a\udfffb"])
def test_half_a_character_in_a_link_gives_the_same_page_again(half: str) -> None:
    address, _ = read(f"kind={half}&x={half}&request={half}")
    assert read(address.query())[0] == address


def test_half_a_character_in_an_address_does_not_break_its_link() -> None:
    address, _ = read("request=\udcff")
    assert "request=" in address.query()
