"""A text that is known in both languages."""

from __future__ import annotations


class Said(str):
    """A text in English that carries its Chinese: JSON and messages stay in English, pages follow their reader."""

    zh: str

    def __new__(cls, en: str, zh: str) -> Said:
        made = super().__new__(cls, en)
        made.zh = zh
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.zh  # so that it can be copied


def in_language(text: str, lang: str) -> str:
    """The text in a language ("en" or "zh"); what is known in one only, such as a name of the file, as it is."""
    return text.zh if lang == "zh" and isinstance(text, Said) else str(text)
