"""A text of a file, as it is set on a page."""

from __future__ import annotations

import re


def paragraphs(text: str) -> list[str]:
    """A text cut at empty lines. Chinese lines are joined without a space."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text.strip())]
    joined = [re.sub(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[^\x00-\x7f])", "", part) for part in parts]
    return [re.sub(r"\s*\n\s*", " ", part) for part in joined if part]
