"""Two worlds, played once for the tests of a file."""

from __future__ import annotations

import pytest

from compared_worlds import ADDRESS, DAYS
from jobs import group_at
from sanfang.dashboard.worlds.session_group import SessionGroup
from sanfang.run import troubles


@pytest.fixture(scope="module")
def group() -> SessionGroup:
    return group_at(ADDRESS)


@pytest.fixture(scope="module")
def found(group: SessionGroup) -> troubles.Troubles:
    return troubles.troubles([session.so_far().requests for session in group.worlds], DAYS)
