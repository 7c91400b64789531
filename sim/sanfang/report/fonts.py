"""A font for Chinese text in figures: one of the machine's, or that of the package zhplot, which is always there."""

from __future__ import annotations

import importlib.util
import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path

from matplotlib import font_manager

BOLD = 700
LATIN = "DejaVu Sans"  # travels with matplotlib
CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Heiti SC",
    "SimHei",
    # One file may hold all of CJK and be listed under another language's name only.
    "Noto Sans CJK JP",
)


def chinese_font() -> str | None:
    """The name of the first Chinese font that matplotlib knows, or None."""
    known = set(font_manager.get_font_names())
    return next((name for name in CHINESE if name in known), None) or _packaged_font()


@cache
def _packaged_font() -> str | None:
    """Noto Sans SC, as the package zhplot brings it (SIL Open Font License); found without importing the package."""
    package = importlib.util.find_spec("zhplot")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for path in Path(folder).glob("fonts/*.ttf"):
            font_manager.fontManager.addfont(path)
            known = font_manager.fontManager.ttflist
            known.append(replace(known[-1], weight=BOLD))  # or each bold heading warns that it takes the one weight
            return font_manager.FontProperties(fname=path).get_name()
    return None


def language_and_fonts(lang: str) -> tuple[str, list[str]]:
    """The language that can be drawn and the fonts to draw it with, best first.

    English text names Chinese words too, such as 急难愁盼, so it falls back on the same font. Where "zh" is asked for
    and there is no Chinese font, the answer is "en", with a warning.
    """
    font = chinese_font()
    if font is None:
        if lang == "zh":
            warnings.warn(
                "no Chinese font was found, so the figure is in English; install one, for example fonts-noto-cjk",
                stacklevel=3,
            )
        return "en", [LATIN]
    return ("zh", [font, LATIN]) if lang == "zh" else ("en", [LATIN, font])
