"""The Lessons page."""

from __future__ import annotations

import solara


@solara.component
def LessonsPage() -> None:
    """Under construction."""
    solara.Div(classes=["card"])
