"""The Trust page."""

from __future__ import annotations

import solara


@solara.component
def TrustPage() -> None:
    """Under construction."""
    solara.Div(classes=["card"])
