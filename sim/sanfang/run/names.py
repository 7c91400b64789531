"""Names that people give to what others see: nothing in them is unseen, and none looks like another one."""

from __future__ import annotations

import re
import unicodedata

from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import in_words, is_obeyed, shortened

MAX_NAME = 40

_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What has no shape of its own, though some counts as printable: fillers, joiners, selectors, turns of direction."""

_JOINER, _AS_PICTURE, _KEYCAP = "\u200d", "\ufe0f", "\u20e3"
_SKINS = range(0x1F3FB, 0x1F400)

_ALIKE = str.maketrans(
    "i1|ıіιӏ" + "0оο○〇" + "аαвβсеεһнηкκмμνрρѕтτуυхχјԁԛԝзвζ" + "ー—–-‐ㄧ" + "ニロ曰エカタトハ",
    "lllllll" + "ooooo" + "aabbceehhhkkmmnppsttyyxxjdqw3bz" + "一一一一一一" + "二口日工力夕卜八",
)
"""Letters, small, and what is taken for them: digits, Cyrillic, Greek, strokes, and kana that look like characters."""


def clean_name(name: object, most: int = MAX_NAME) -> str:
    """A name as it is kept: on one line, without spaces around it. Raises InputError for what cannot be shown."""
    if not isinstance(name, str):
        raise InputError(f"name: must be a text, not {in_words(name)}")
    text = " ".join(name.split())
    if len(text) > most or is_obeyed(text) or not is_seen(text):
        raise InputError(f"name: at most {most} letters that can be shown, not {shortened(text)}")
    return text


def is_seen(text: str) -> bool:
    """Whether every character of a line can be seen. What joins pictures to one, as in 👩‍🌾, can."""
    rest = _without_joints(text)
    return rest.isprintable() and not _UNSEEN.search(rest)


def alike(name: str) -> str:
    """What names that look alike have in common: letters whatever their size, width, script and spaces."""
    text = unicodedata.normalize("NFKC", name).casefold().translate(_ALIKE)
    return "".join(letter for letter in text if not (letter.isspace() or letter in (_JOINER, _AS_PICTURE)))


def _without_joints(text: str) -> str:
    """A text without the characters that make one picture of several, or a picture of a sign, where they do so."""
    kept = ""
    for letter, after in zip(text, [*text, ""][1:], strict=True):
        joins = letter == _JOINER and _is_picture(kept[-1:]) and _is_picture(after)
        selects = letter == _AS_PICTURE and (_is_picture(kept[-1:]) or after == _KEYCAP)
        if not (joins or selects):
            kept += letter
    return kept


def _is_picture(letter: str) -> bool:
    return letter != "" and (unicodedata.category(letter) == "So" or ord(letter) in _SKINS)
