"""Slots that many share: given in order, in fair shares, and never beside free ones."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs import asked
from sanfang.run.slots import Slot, Slots


def test_places_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    among = Slots(1, each=1)
    first, second, third = (asked(among, name) for name in "abc")
    assert [first.given, second.given, third.given] == [True, False, False]
    assert [first.before, second.before, third.before] == [0, 0, 1] and among.wanted
    first.leave()
    assert second.given and not third.given and third.before == 0
    second.leave()
    second.leave()  # which frees no second one
    assert third.given and among.free == 0 and not among.wanted


def test_nobody_has_more_than_his_share_and_those_behind_him_need_not_wait_for_it() -> None:
    among = Slots(3, each=1)
    mine, more, theirs = asked(among, "me"), asked(among, "me"), asked(among, "you")
    assert mine.given and not more.given and theirs.given and among.free == 1
    mine.leave()
    assert more.given


def test_one_who_needs_much_is_not_overtaken_for_ever_by_those_who_need_little() -> None:
    among = Slots(4, each=3)
    small, large, late = asked(among, "a", 2), asked(among, "b", 3), asked(among, "c", 1)
    assert small.given and not large.given and not late.given
    small.leave()
    assert large.given and late.given and among.free == 0


def test_one_who_gives_up_lets_those_behind_him_in() -> None:
    among = Slots(4, each=4)
    small, large, late = asked(among, "a", 2), asked(among, "b", 4), asked(among, "c", 2)
    large.give_up()
    assert late.given and not large.given and large.answered.is_set()
    small.give_up()
    assert small.given  # what was given stays until it is left
    large.ask()
    assert not large.given and not among.wanted


def test_who_asks_for_more_than_a_share_gets_a_share() -> None:
    assert asked(Slots(4, each=2), "a", 100).given


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.sampled_from(("ask", "give_up", "leave"))), max_size=40
    )
)
def test_whatever_is_asked_and_left_the_limits_hold_and_nobody_waits_beside_free_places(
    orders: list[tuple[str, int, str]],
) -> None:
    among, slots = Slots(5, each=4), list[Slot]()
    for owner, size, what in orders:
        if what == "ask":
            slots.append(asked(among, owner, size))
        elif slots:
            getattr(slots[size % len(slots)], what)()
        has = {name: sum(one.size for one in slots if one.given and one.owner == name) for name in "abc"}
        assert sum(has.values()) == 5 - among.free <= 5 and max(has.values()) <= 4
        waiting = [one for one in slots if not one.answered.is_set()]
        could = [one for one in waiting if has[one.owner] + one.size <= 4]
        assert not could or could[0].size > among.free
    for one in slots:
        one.leave()
    assert among.free == 5
