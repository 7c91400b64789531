"""What a page may tell the server. Nothing that a client wrote reaches Solara: each message is written anew.

The pages of this dashboard send five kinds of message, all of them text (counted in every browser test): a greeting,
the wish to run the page, an event of a widget with its data, the address after Back or Forward, and the theme. After
a lost connection come three more, which ask whether the page still runs and what it shows. The protocol below can do
far more, such as making objects of any Python class (`create_widget`); that is left out, because nobody needs it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from sanfang.dashboard.door.limits import MAX_RUNS

MAX_DEPTH = 20
"""Tables and lists within one another in the data of an event; pages send two."""

MAX_NAME = 100
MAX_PATH = 30_000
MAX_CONTROLS = 200
"""Conversations about the page itself that one connection may open; a browser opens one, and two a reconnection."""

APP, STATES = "solara.control", "jupyter.widget.control"
STATES_PROTOCOL = "1.0.0"  # the one that ipywidgets 8 speaks
ID = re.compile(r"[0-9A-Za-z-]{1,64}")
EVENT = re.compile(r"[a-z][a-z0-9_]{0,59}")

Json = dict[str, Any]


class Refused(ValueError):
    """The message is of no form that a page of ours could have sent; the connection is closed."""


class Listener:
    """Reads the messages of one connection."""

    def __init__(self) -> None:
        self._controls: dict[str, str] = {}  # conversations that this client has opened: their ID and kind
        self._runs = 0

    def heard(self, text: str) -> str | None:
        """The message as Solara may read it, or None where it asks for something that no page needs.

        Raises Refused for what is no message at all.
        """
        try:
            given = json.loads(text, parse_constant=_no_number)
            content = self._content(_table(given), _table(given.get("content", {})))
            if content is None:
                return None
            written = json.dumps(_envelope(given, content), ensure_ascii=False, allow_nan=False)
            written.encode()  # half a character has no place in UTF-8
        except (ValueError, RecursionError) as problem:
            raise Refused(str(problem)[:200]) from None
        return written

    def _content(self, message: Json, content: Json) -> Json | None:
        kind = _text(_table(message.get("header")).get("msg_type"), MAX_NAME)
        if kind in ("kernel_info_request", "comm_info_request"):
            return {}
        if kind == "shutdown_request":
            return {"restart": False}
        if kind not in ("comm_open", "comm_msg", "comm_close"):
            return None
        comm = _matching(content.get("comm_id"), ID)
        if kind == "comm_open":
            return self._opened(comm, content.get("target_name"))
        if kind == "comm_close":
            return {"comm_id": comm, "data": {}} if self._controls.pop(comm, None) else None
        data = _table(content.get("data"))
        told = _control(self._controls[comm], data) if comm in self._controls else _widget(data)
        if told and told["method"] == "run":
            self._runs += 1
            if self._runs > MAX_RUNS:
                raise Refused("the page is run again and again")
        return None if told is None else {"comm_id": comm, "data": told}

    def _opened(self, comm: str, target: object) -> Json | None:
        if target not in (APP, STATES):  # a client may not make widgets
            return None
        if len(self._controls) >= MAX_CONTROLS:
            raise Refused("too many conversations")
        self._controls[comm] = str(target)
        return {"comm_id": comm, "target_name": target, "data": {}}


# --- What may be said -----------------------------------------------------------------------------------


def _control(kind: str, data: Json) -> Json | None:
    """About the page itself: run it, or ask how it stands."""
    method = data.get("method")
    if kind == STATES:
        return {"method": method} if method == "request_states" else None
    if method == "app-status":
        return {"method": method}
    if method != "run":
        return None
    asked = _table(data.get("args", {}))
    path = _text(asked.get("path", "/"), MAX_PATH)
    if not path.startswith("/"):
        raise Refused("a path begins with a stroke")
    # Solara would set attributes of the client's choice from `themes`, and run any app of the process by `appName`.
    arguments = {"path": path, "dark": asked.get("dark") is True, "themes": {"light": {}, "dark": {}}, "appName": None}
    return {"method": method, "args": arguments}


def _widget(data: Json) -> Json | None:
    """An event of a widget, the new address of the page, or its theme."""
    method = data.get("method")
    if method == "request_state":
        return {"method": method}
    if method == "custom":
        content = _table(data.get("content"))
        if set(content) - {"event", "data"} or "event" not in content:  # create_widget, update_ref, functionRef, ...
            return None
        _check_depth(content.get("data"))
        return {"method": method, "content": {"event": _matching(content["event"], EVENT), "data": content.get("data")}}
    if method == "update":
        state = _table(data.get("state"))
        name = next(iter(state)) if len(state) == 1 else ""
        allowed = STATE[name](state[name]) if name in STATE else False
        return {"method": method, "state": state, "buffer_paths": []} if allowed else None
    return None


STATE: dict[str, Callable[[Any], bool]] = {
    "location": lambda value: isinstance(value, str) and value.startswith("/") and len(value) <= MAX_PATH,
    "dark_effective": lambda value: isinstance(value, bool),
}
"""What a page may change of a widget's state without an event, and the values that it may have."""


def _envelope(given: Json, content: Json) -> Json:
    """A message as the protocol wants it, with nothing of the client's but who speaks and when."""
    header = _table(given.get("header"))
    kept = {name: _text(header.get(name, ""), MAX_NAME) for name in ("msg_id", "msg_type", "session", "date")}
    metadata = {"version": STATES_PROTOCOL} if content.get("target_name") == STATES else {}
    return {
        "channel": "control" if kept["msg_type"] == "shutdown_request" else "shell",
        "header": {**kept, "username": "", "version": "5.2"},
        "parent_header": {},
        "metadata": metadata,
        "content": content,
        "buffers": [],
    }


# --- Checks of single values ------------------------------------------------------------------------------


def _no_number(name: str) -> float:
    raise Refused(f"{name} is no number")


def _table(value: object) -> Json:
    if not isinstance(value, dict):
        raise Refused("a table was expected")
    return value


def _text(value: object, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise Refused(f"a text of at most {most} characters was expected")
    return value


def _matching(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Refused("a name was expected")
    return value


def _check_depth(value: object, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise Refused("nested too deeply")
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_depth(part, depth + 1)
