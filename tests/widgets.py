"""What was drawn of a page without a browser."""

from __future__ import annotations

from typing import Any


def widgets_of(widget: Any) -> list[Any]:
    """A widget that was drawn, and all below it."""
    return [widget, *(below for child in getattr(widget, "children", ()) for below in widgets_of(child))]
