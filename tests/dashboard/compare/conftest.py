"""Two worlds, played once for the tests of a file."""

from __future__ import annotations

import pytest

from compared_worlds import ADDRESS, DAYS
from jobs import staged
from sanfang.dashboard.worlds.stage import Stage
from sanfang.run import troubles


@pytest.fixture(scope="module")
def stage() -> Stage:
    return staged(ADDRESS)


@pytest.fixture(scope="module")
def found(stage: Stage) -> troubles.Troubles:
    return troubles.troubles([played.so_far().requests for played in stage.worlds], DAYS)
