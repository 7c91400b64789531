"""What one viewer has on the page. Solara keeps these apart for every open page; nothing here is shared."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import solara
from solara.server import kernel_context

from sanfang.dashboard.address import Address

LANGUAGE = os.environ.get("SANFANG_DASHBOARD_LANG", "zh")
"""The language of an address that names none: that of `sanfang dashboard --lang`."""

address: solara.Reactive[Address] = solara.reactive(Address(lang=LANGUAGE))
problems: solara.Reactive[list[str]] = solara.reactive([])
recipe_open: solara.Reactive[bool] = solara.reactive(False)


def change(**fields: Any) -> None:
    """Set fields of the address."""
    address.set(replace(address.value, **fields))


def browser() -> str:
    """The browser that looks, by the ID within its signed cookie; "" outside of all pages."""
    has = kernel_context.has_current_context()
    return str(kernel_context.get_current_context().session_id) if has else ""


def lang() -> str:
    """The viewer's language."""
    return str(address.value.lang)
