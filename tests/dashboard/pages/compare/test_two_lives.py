"""The same trouble in each world: the same person and day, and the path that its last record tells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from compared_worlds import DAYS
from jobs import made
from sanfang.dashboard.pages.compare import lives_presenter
from sanfang.dashboard.words import LANGUAGES, say
from sanfang.dashboard.worlds.session_group import SessionGroup
from sanfang.run import troubles


def test_a_trouble_has_the_same_person_and_day_in_both_worlds(found: troubles.Troubles) -> None:
    a, b = (table.sort_values("ordinal").drop_duplicates("root").set_index("root") for table in found.requests)
    both = a.index.intersection(b.index)
    assert len(both) > 0.9 * len(a)
    assert (a.loc[both, ["resident", "domain", "arose"]] == b.loc[both, ["resident", "domain", "arose"]]).all().all()
    assert len(found.table) == len(a.index.union(b.index))


def test_sorting_does_what_it_says(found: troubles.Troubles) -> None:
    gain = troubles.chosen(found, "gain")
    saved = gain["a_days"] - gain["b_days"]
    assert len(gain) and (saved > 0).all() and saved.is_monotonic_decreasing
    assert set(gain["a_outcome"]) | set(gain["b_outcome"]) == {"resolved"}
    loss = troubles.chosen(found, "loss")
    assert ((loss["b_days"] - loss["a_days"]) > 0).all()
    assert troubles.chosen(found, "only_first")["b_days"].isna().all()
    assert troubles.chosen(found, "only_other")["a_days"].isna().all()
    other = troubles.chosen(found, "solved_other")
    assert (other["b_outcome"] == "resolved").all() and not other["a_solved"].astype(bool).any()
    domain = gain["domain"].iloc[0]
    assert set(troubles.chosen(found, "gain", domain=domain)["domain"]) == {domain}
    assert len(troubles.chosen(found, "latest", most=7)) == 7


def test_a_life_covers_the_time_from_arising_to_its_end(found: troubles.Troubles) -> None:
    for root in troubles.chosen(found, "gain").index[:10]:
        for letter, requests in zip("ab", found.requests, strict=True):
            life = troubles.life(requests, root, DAYS)
            assert life is not None
            parts = [part for record in life["records"] for part in record["segments"]]
            assert sum(stop - start for _, start, stop in parts) == pytest.approx(life["days"])
            assert life["days"] == pytest.approx(found.table.loc[root][f"{letter}_days"])
            own = requests[requests["root"] == root].filter(like="_hours").drop(columns="first_hours")
            assert sum(life["hours"].values()) == pytest.approx(float(own.to_numpy().sum()))


def test_a_trouble_that_came_back_is_one_trouble() -> None:
    columns = dict.fromkeys(["resident", "community", "domain", "kind"], "x") | {"vulnerable": False}
    hours = dict.fromkeys(troubles.HOURS, 1.0)
    rows = [
        {"id": "f", "root": "f", "ordinal": 0, "arose": 1.0, "voiced": 2.0, "first_at": 3.0, "closed": 5.0,
         "outcome": "unresolved"},
        {"id": "g", "root": "f", "ordinal": 1, "arose": 8.0, "voiced": 9.0, "first_at": np.nan, "closed": np.nan,
         "outcome": "open"},
    ]  # fmt: skip
    table = pd.DataFrame([{**columns, **hours, **row} for row in rows])
    found = troubles.troubles([table, table[:0]], 20)
    row = found.table.loc["f"]
    assert (row["a_days"], row["a_solved"], row["a_outcome"], row["a_times"]) == (19.0, False, "open", 2.0)
    assert np.isnan(row["b_days"])
    life = troubles.life(table, "f", 20)
    assert life is not None and life["records"][1]["segments"] == [("silent", 8.0, 9.0), ("first", 9.0, 20.0)]
    assert troubles.life(table[:0], "f", 20) is None


def test_the_path_step_by_step_is_that_of_the_last_record(group: SessionGroup, found: troubles.Troubles) -> None:
    from sanfang.dashboard.pages.compare.paths import watched

    root = troubles.chosen(found, "gain").index[0]
    for side, session in enumerate(group.worlds):
        seen = made(lambda job, side=side, session=session: watched(found, side, session, root, job))
        row = found.requests[side].set_index("id").loc[root]
        assert seen is not None and seen.id == root and len(seen.handoffs) == row["handoffs"]
    only = troubles.chosen(found, "only_first").index[0]
    assert made(lambda job: watched(found, 1, group.worlds[1], only, job)) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_card_says_the_days_of_each_world_or_that_it_never_arose(
    group: SessionGroup, found: troubles.Troubles, lang: str
) -> None:
    root = troubles.chosen(found, "gain").index[0]
    card = lives_presenter.life_card(found, root, group.worlds, lang)
    for side, letter in enumerate("ab"):
        days = f"{found.table.loc[root][f'{letter}_days']:.1f}"
        assert card["worlds"][side]["verdict"] == say("compare_life_solved", lang, days=days, letter=letter.upper())
        assert all(0 <= part["left"] <= 100.001 for part in card["worlds"][side]["segments"])
    only = troubles.chosen(found, "only_first").index[0]
    card = lives_presenter.life_card(found, only, group.worlds, lang)
    assert card["worlds"][1]["verdict"] == say("compare_life_prevented", lang, letter="B")


def test_the_resident_who_gains_most_gains_most(group: SessionGroup) -> None:
    models = [session.model for session in group.worlds]
    best = troubles.most_changed(models, 1, gained=True)
    change = [troubles.minds(model, best)["satisfaction"] for model in models]
    assert change[1] - change[0] == pytest.approx(
        float(np.max(models[1].residents.satisfaction - models[0].residents.satisfaction))
    )
