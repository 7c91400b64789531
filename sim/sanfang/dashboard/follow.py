"""The Follow page."""

from __future__ import annotations

import solara


@solara.component
def FollowPage() -> None:
    """Under construction."""
    solara.Div(classes=["card"])
