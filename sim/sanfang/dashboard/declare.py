"""How a page is declared, in the `page.py` of its folder, and all that are, found there."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from sanfang.dashboard import pages as folders
from sanfang.dashboard.address import Address
from sanfang.dashboard.recipe import Recipe, live


@dataclass(frozen=True)
class Page:
    """A page: `path` of its address, `place` in the bar at the top, what is shown, and what makes it again.

    The `words.toml` of its folder has its name as `page_NAME`, NAME being the path (`live` for the first page). With a
    `heading` of its own it gets none. Its recipe is that of the world it stands on, if it has none of its own.
    """

    path: str
    place: int
    component: Callable[[], Any]
    recipe: Callable[[Address], Recipe] = live
    heading: bool = False

    @property
    def label(self) -> str:
        """The key of its name."""
        return f"page_{self.path.strip('/') or 'live'}"


@cache
def pages() -> Mapping[str, Page]:
    """All pages by path, in the order of the bar: the `PAGE` in `page.py` of each folder in `pages/`."""
    names = [folder.name for folder in pkgutil.iter_modules(folders.__path__) if folder.ispkg]
    declared: list[Page] = [import_module(f"{folders.__name__}.{name}.page").PAGE for name in names]
    return {page.path: page for page in sorted(declared, key=lambda page: page.place)}


def recipe(path: str, address: Address) -> Recipe:
    """What makes again the page at `path`, and for an unknown one the world that the address stands on."""
    page = pages().get(path)
    return page.recipe(address) if page else live(address)
