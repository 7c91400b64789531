"""Files that a viewer saves: made when they are asked for, and sent piece by piece, so that one sees how far they are.

The browser asks for each piece when it has the one before: nothing waits in between, and others have their turn.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import solara

from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.columns import headed
from sanfang.dashboard.widgets import viewer
from sanfang.dashboard.widgets.parts import Event
from sanfang.dashboard.worlds import shared_slots

if TYPE_CHECKING:
    import pandas as pd

    from sanfang.scenario.scenario import Scenario

log = logging.getLogger(__name__)

BYTES_A_PIECE = 700_000
ROWS_A_PIECE = 4_000
"""Of a table: a megabyte of a wide one."""

ORIGIN = re.compile(r"https?://[0-9A-Za-z.:\[\]-]{1,120}")
"""What a browser calls the server: scheme, name and port."""


@solara.component_vue("vue/save.vue", vuetify=False)
def SaveButton(label: str, file: Json | None, name: str, event_ask: Event, event_took: Event) -> None:
    """Asks for a file, for one piece after another, and hands all of them to the browser. See `Download`."""


class Pieces(Protocol):
    """A file in pieces, numbered from 0."""

    count: int

    def piece(self, number: int) -> bytes:
        """One of them; those before it may be gone."""


class Whole:
    """A file that is there as a whole."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.count = max(1, -(-len(data) // BYTES_A_PIECE))

    def piece(self, number: int) -> bytes:
        return self._data[number * BYTES_A_PIECE : (number + 1) * BYTES_A_PIECE]


class Rows:
    """A table as CSV, written some rows at a time. In Chinese a mark in front tells Excel in what it is written."""

    def __init__(self, table: pd.DataFrame, lang: str) -> None:
        self._table, self._encoding = table, "utf-8-sig" if lang == "zh" else "utf-8"
        self.count = max(1, -(-len(table) // ROWS_A_PIECE))

    def piece(self, number: int) -> bytes:
        rows = self._table.iloc[number * ROWS_A_PIECE : (number + 1) * ROWS_A_PIECE]
        return rows.to_csv(index=False, header=not number).encode("utf-8" if number else self._encoding)


@dataclass
class _OnItsWay:
    """The file that a button is sending, and how many it has sent."""

    pieces: Pieces | None = None
    files: int = 0


@solara.component
def Save(label: str, name: str, begin: Callable[[str], Pieces], mime: str) -> None:
    """A button that saves what `begin` gives, called when it is pressed with the address of the server as the browser
    has it, "" where it says nothing of that form."""
    file, set_file = solara.use_state(dict[str, Any]())
    now: _OnItsWay = solara.use_memo(_OnItsWay, [])

    def send(number: int) -> None:
        if now.pieces is None or not 0 <= number < now.pieces.count:
            return
        with shared_slots.TURNS.slot(shared_slots.owner()):
            data = base64.b64encode(now.pieces.piece(number)).decode()
        sent = {"data": data, "mime": mime, "piece": number, "of": now.pieces.count, "file": now.files}
        if number + 1 == now.pieces.count:
            now.pieces = None
        set_file(sent)

    def ask(origin: Any) -> None:
        now.files += 1
        given = str(origin) if ORIGIN.fullmatch(str(origin)) else ""
        try:
            with shared_slots.FILES.slot(shared_slots.owner()), shared_slots.TURNS.slot(shared_slots.owner()):
                now.pieces = begin(given)
        except Exception:
            set_file({"failed": True, "file": now.files})  # the button is as before, and the log says why
            log.exception("the file %s could not be made", name)
            return
        send(0)

    def took(number: Any) -> None:
        if isinstance(number, int):
            send(number)

    SaveButton(label=label, file=file or None, name=name, event_ask=ask, event_took=took)


@solara.component
def Download(label: str, name: str, make: Callable[[], bytes], mime: str = "text/csv") -> None:
    """A button that saves what `make` gives, made when it is pressed, under the file name `name`."""
    Save(label, name, lambda _: Whole(make()), mime)


@solara.component
def DownloadTable(
    label: str, name: str, make: Callable[[], pd.DataFrame], kind: str = "", scenario: Scenario | None = None
) -> None:
    """A button that saves the table that `make` gives, made when it is pressed, as the CSV file `name`.

    `kind`: as in `columns.headed`, with the `scenario` that names domains."""
    lang = viewer.lang()
    Save(label, name, lambda _: Rows(headed(make(), kind, lang, scenario), lang), "text/csv")
