"""Two worlds side by side, for tests of the Compare page."""

from __future__ import annotations

from dataclasses import replace

from sanfang.dashboard.address import Address, LinkedWorld

DAYS = 40
TWO = (LinkedWorld("before"), LinkedWorld("three-devolutions"))
ADDRESS = Address(lang="en", district="demo", size=0.25, seed=3, days=60, day=DAYS, worlds=TWO)
SHORT = replace(ADDRESS, day=12)
