"""The Results page."""

from __future__ import annotations

import solara


@solara.component
def ResultsPage() -> None:
    """Under construction."""
    solara.Div(classes=["card"])
