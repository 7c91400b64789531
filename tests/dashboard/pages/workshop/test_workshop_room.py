"""Twelve phones and a screen for half a minute: no mixing, nobody moves another's levers, the replay is right."""

from __future__ import annotations

from typing import Any

from soak.workshop import campaign


def test_twelve_phones_and_a_screen_for_half_a_minute(chromium: Any, dashboard: str) -> None:
    result = campaign.hold(chromium, dashboard, minutes=0.5)
    print(campaign.told([result]))
    assert result.findings == ()
    assert result.branches >= result.phones == 12 and result.tries > 10
