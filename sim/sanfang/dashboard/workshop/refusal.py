"""What a workshop does not do, told to whoever asked, in both languages."""

from __future__ import annotations

from typing import Any

from sanfang.dashboard.words import LANGUAGES, say


class Refused(Exception):
    """A wish that is not granted. `reason` is the end of a key of `words.toml`, `values` fill its blanks."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values

    def say(self, lang: str) -> str:
        """The reason in one sentence."""
        return say(f"workshop_no_{self.reason}", lang, **self.values)

    def told(self) -> dict[str, str]:
        """The reason in each language."""
        return {lang: self.say(lang) for lang in LANGUAGES}
