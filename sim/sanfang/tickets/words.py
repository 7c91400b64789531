"""The words by which an export is understood: headings, statuses, ratings and categories, from `words.toml`.

Texts are compared in a plain form, without capitals, blanks and signs, so that `Created Date`, `created_date` and
`CREATEDDATE` are one.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

DATES = ("created", "closed", "due", "changed", "event_time")
"""Roles of columns that hold a date."""

OTHERS = (
    *("id", "category", "department", "neighbourhood", "channel", "rating", "status", "solved"),
    *("transfers", "reopened", "earlier", "event"),
)
ROLES = (*DATES, *OTHERS)
"""What a column of an export may be. `changed` is a last change; `earlier` names an earlier request; `event` is what
happened, where the file has one row an event, and `event_time` when."""

WHOLE, PART, TOKEN = 10.0, 6.0, 4.0
"""How much a heading speaks for a role: it is one of its words; has a long one in it; has a short one as a word."""


@dataclass(frozen=True)
class RoleWords:
    """Words of headings that speak for a role, in plain form, and those that rule it out."""

    whole: dict[str, int]
    """Each with its place in the list: those that say it best stand first."""
    part: tuple[str, ...]
    tokens: frozenset[str]
    never: tuple[str, ...]

    def score(self, heading: str) -> float:
        """From 0 (says nothing) to `WHOLE`; of a heading of several lines or of a path, the last part counts most."""
        best = 0.0
        for weight, text in _readings(heading):
            squeezed = plain(text)
            if squeezed in self.whole:
                best = max(best, weight * (WHOLE - 0.002 * self.whole[squeezed]))
                continue
            if self._ruled_out(text, squeezed):
                continue
            found = [word for word in self.part if word in squeezed]
            if found:
                best = max(best, weight * (PART + min(2.0, max(map(len, found)) / max(len(squeezed), 1) * 2.0)))
            elif self.tokens & tokens_of(text):
                best = max(best, TOKEN * weight)
        return best

    def _ruled_out(self, text: str, squeezed: str) -> bool:
        own = tokens_of(text)
        return any(word in own if word.isascii() and len(word) <= 3 else word in squeezed for word in self.never)


@lru_cache(1_000)  # each heading is held against the words of all roles
def _readings(heading: str) -> tuple[tuple[float, str], ...]:
    """A heading, and its last part where it is a path (`fields.status`) or stood in two lines (`A / B`)."""
    parts = [part for part in re.split(r"[.:/]|\s-\s", heading) if part.strip()]
    return ((1.0, heading), *([(0.95, parts[-1])] if len(parts) > 1 else []))


@lru_cache(1_000)
def plain(text: str) -> str:
    """Letters and digits only, small, without accents (`Situação` is `situacao`), full-width signs as usual ones."""
    return re.sub(r"[\W_]+", "", _without_accents(text).lower())


def _without_accents(text: str) -> str:
    """Only accents of Latin letters go: vowels and tones of other scripts are signs of their own."""
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text)))


@lru_cache(1_000)
def tokens_of(text: str) -> frozenset[str]:
    """The words of a text, `camelCase` taken apart; each run of letters of one alphabet is a word."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", _without_accents(text))
    return frozenset(re.findall(r"[^\W_\d]+|\d+", split.lower()))


@cache
def _document() -> dict[str, dict[str, object]]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


@cache
def words_of(role: str) -> RoleWords:
    """The words of a role; `clock` is a time of day beside a date."""
    entry = _document()["roles"][role]
    assert isinstance(entry, dict)
    return RoleWords(
        {word: place for place, word in enumerate(map(plain, entry["is"]))},
        tuple(map(plain, entry["has"])),
        frozenset(entry["tokens"]),
        tuple(map(plain, entry["not"])),
    )


@cache
def _personal() -> tuple[str, ...]:
    words = _document()["personal"]["has"]
    assert isinstance(words, list)
    return tuple(map(plain, words))


def is_personal(heading: str) -> bool:
    """Whether a heading names people, their places or numbers, or free text."""
    squeezed = plain(heading)
    return any(word in squeezed for word in _personal())


def is_known(heading: str) -> bool:
    """Whether any word of the list speaks in a heading."""
    return bool(heading.strip()) and (
        any(words_of(role).score(heading) > 0 for role in (*ROLES, "clock")) or is_personal(heading)
    )


@cache
def missing_words() -> tuple[str, ...]:
    """Texts, in small letters, that mean that there is no value."""
    words = _document()["missing"]["words"]
    assert isinstance(words, list)
    return tuple(words)


def status_of(text: str) -> str:
    """What a status means, one of `tickets.STATUSES`; `other` if no word fits."""
    squeezed, own = plain(text), tokens_of(text)
    for status, tokens, parts in _statuses():
        if own & tokens or any(word in squeezed for word in parts):
            return "open" if status == "open_too" else status
    return "other"


@cache
def _statuses() -> list[tuple[str, frozenset[str], tuple[str, ...]]]:
    entries = _document()["statuses"].items()
    return [
        (status, frozenset(words["tokens"]), tuple(map(plain, words["has"])))
        for status, words in entries
        if isinstance(words, dict)
    ]


def yes_or_no(text: str) -> bool | None:
    """Whether a text says that a trouble is solved; None if it says neither."""
    squeezed, answers = plain(text), _document()["yes_no"]
    for answer in ("no", "yes"):
        words = answers[answer]
        assert isinstance(words, list)
        if squeezed in words or any(len(word) > 2 and word in squeezed for word in words if not word.isascii()):
            return answer == "yes"
    return None


def rating_of(text: str) -> float | None:
    """A rating in words, from 0 (worst) to 1 (best); None if no word fits."""
    squeezed = plain(text)
    found = [word for word in _document()["ratings"] if word in squeezed]
    value = _document()["ratings"][max(found, key=len)] if found else None
    return float(value) if isinstance(value, float) else None


def domain_of(category: str) -> str | None:
    """The model's domain of a category; None if no word fits. English words begin where a word of the text begins."""
    text = unicodedata.normalize("NFKC", category).lower().replace("_", " ")
    for domain, words in _document()["domains"].items():
        assert isinstance(words, list)
        for word in words:
            if word in text and (not word[0].isascii() or re.search(rf"(?<![a-z]){re.escape(word)}", text)):
                return domain
    return None


def domains() -> tuple[str, ...]:
    """All domains that the word list knows."""
    return tuple(_document()["domains"])
