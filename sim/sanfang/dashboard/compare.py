"""The Compare page."""

from __future__ import annotations

import solara


@solara.component
def ComparePage() -> None:
    """Under construction."""
    solara.Div(classes=["card"])
