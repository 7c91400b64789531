"""Messages to an open page: events of our widgets with odd data, and everything else that the protocol can say.

A message is text, or bytes written as text after `BINARY`. `%3%` in it stands for the fourth widget of the page,
`%move0%` for the first one that knows the event `move`.
"""

from __future__ import annotations

import json
import random
import re
from typing import Any

from soak.hostile import addresses, nasty
from soak.hostile.case import SANDBOX, Case
from soak.hostile.documents import changed_document
from soak.hostile.nasty import Raw

BINARY = "bytes:"
CONTROL = "%control%"
"""Stands for the conversation about the page itself, which the visitor has opened."""

RIGHT: dict[str, tuple[Any, ...]] = {
    "move": ({"lever": "authority", "level": 0.5}, {"lever": "service_scope", "level": 1}),
    "do": tuple({"action": action, "value": value} for action, value in (
        ("step", 1), ("step", 30), ("speed", 10), ("reset", None), ("rewind", 0), ("play", None), ("pause", None))),
    "pick": tuple({"field": field, "value": value} for field, value in (
        ("days", "30"), ("seed", "7"), ("district", "demo"), ("scenario", "before"), ("size", "0.02"), ("a",
        "unfunded"),
        ("measure", "open"), ("rule", "slowest"), ("reps", "3"), ("metric", "satisfaction"), ("experiment",
        "demo-grid"))),
    "press": ("0", "add", "run", "cancel", "lives", "refresh", "onward"),
    "choose": ("c001", "pooling", "0123456789abcdef"),
    "go": ("/compare", "/trust", 1),
    "set_lang": ("zh", "en"),
    "toggle_recipe": (None,),
    "drawn_frame": (1,),
    "ask": (None,),
    "find": ("0123",),
    "sort": ("mean",),
    "start": ("three-together",),
    "answered": ("rise", "12.5"),
    "leave": (None,),
    "anew": (None,),
    "calendar": (None,),
}  # fmt: skip
"""Events of our widgets, each with data as the pages send it."""

PLAIN = (None, True, False, 0, 1, -1, 0.5, -0.0, 1e308, 5e-324, 10**9, 2**63, 10**400, [], {}, [[]], [{}])
METHODS = ("custom", "update", "request_state", "request_states", "run", "app-status", "reload", "nothing")
KINDS = ("comm_msg", "comm_open", "comm_close", "comm_info_request", "kernel_info_request", "execute_request",
         "shutdown_request", "input_reply", "status")  # fmt: skip
TARGETS = ("solara.control", "jupyter.widget.control", "jupyter.widget", "nothing", "")
REFERENCES: tuple[dict[str, Any], ...] = (
    {
        "create_widget": ["logging", "basicConfig"],
        "props": {"filename": f"{SANDBOX}/canary/x", "force": True},
        "id": "1",
    },
    {"create_widget": ["types", "SimpleNamespace"], "props": {}, "id": "1"},
    {"create_widget": ["os", "system"], "props": {}, "id": "1"},
    {"create_widget": "os", "props": [], "id": 1},
    {"create_widget": [], "props": {"a": {"functionRef": "close"}}, "id": "1"},
    {"update_ref": {"functionRef": "close"}, "id": "%0%", "prop": "template"},
    {"update_ref": {"objectRef": "comm", "path": ["kernel"]}, "id": "%0%", "prop": "x"},
    {"destroy_widget": "%0%"},
    {"event": "__init__", "data": {}},
)


def generate(rng: random.Random) -> Case:
    """Half of the cases say what a page could say, with odd data, so that the events' own code is reached."""
    page = rng.choice(addresses.PAGES)
    query = addresses.query(rng) if rng.random() < 0.5 else "lang=en&district=demo&size=0.1"
    make = _polite if rng.random() < 0.5 else _message
    return Case(given=(f"{page}?{query}", *(make(rng) for _ in range(rng.choice((1, 3, 8))))))


def filled(message: str, widgets: dict[str, dict[str, Any]], control: str, sandbox: str) -> str | bytes:
    """The message with the names that this page has, as it goes on the line. `widgets` are their states by name."""
    if message.startswith(BINARY):
        return message.removeprefix(BINARY).encode("latin-1")

    def name(found: re.Match[str]) -> str:
        events = [one for one, state in widgets.items() if found[1] in (state.get("events") or [])]
        known = events or list(widgets) or ["none"]
        return known[(int(found[2]) if found[2] else 0) % len(known)]

    return re.sub(r"%([a-z_]*)(\d+)%", name, message.replace(SANDBOX, sandbox).replace(CONTROL, control))


# --- Making them --------------------------------------------------------------------------------------------------


def _polite(rng: random.Random) -> str:
    """An event as a page sends it, to a widget that knows it, with data that may be anything that JSON can be."""
    name = rng.choice(list(RIGHT))
    data: Any = json.loads(json.dumps(rng.choice(RIGHT[name])))
    if isinstance(data, dict) and rng.random() < 0.7:
        data[rng.choice(list(data))] = _datum(rng)
    elif rng.random() < 0.7:
        data = _datum(rng)
    return as_json(event(name, data, rng.choice((0, 0, 1, 2))))


def event(name: str, data: Any, place: int = 0) -> dict[str, Any]:
    """An event as a page sends it, to one of the widgets that know it."""
    content = {"method": "custom", "content": {"event": name, "data": data}}
    return _envelope({"comm_id": f"%{name}{place}%", "data": content}, "comm_msg")


def _datum(rng: random.Random) -> Any:
    """Anything that JSON can say and the door lets in."""
    chance = rng.random()
    if chance < 0.4:
        return rng.choice(
            (None, True, False, 0, 1, -1, 0.5, -0.0, 1e308, 5e-324, 10**9, 2**63, 10**400, [], {}, [[]], [{}])
        )
    if chance < 0.7:
        return nasty.text(rng)[:3_000].encode("utf-8", "replace").decode()
    if chance < 0.85:
        return [_datum(rng)] * rng.choice((1, 1, 2, 1_000))
    return {rng.choice(("lever", "value", "action", "field", nasty.text(rng)[:9])): _datum(rng)}


def _message(rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.1:
        return _garbage(rng)
    message = _envelope(_content(rng), "comm_msg" if chance < 0.85 else rng.choice(KINDS))
    if rng.random() < 0.3:
        message = changed_document(rng, message)
    return _as_bytes(rng, message) if rng.random() < 0.1 else as_json(message)


def _envelope(content: dict[str, Any], kind: str) -> dict[str, Any]:
    header = {"msg_id": "1", "msg_type": kind, "session": "s", "username": "", "date": "2026-01-01", "version": "5.2"}
    return {
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "channel": "shell",
        "buffers": [],
    }


def _content(rng: random.Random) -> dict[str, Any]:
    """To a widget mostly: an event, a change of state, something that no page of ours says."""
    widget = f"%{rng.randrange(200)}%" if rng.random() < 0.95 else rng.choice((CONTROL, "none", nasty.text(rng)))
    chance = rng.random()
    if chance < 0.75:
        data: Any = {"method": "custom", "content": _event(rng)}
    elif chance < 0.85:
        state = {
            rng.choice(("location", "dark_effective", "template", "events", "children", nasty.text(rng))): nasty.value(
                rng
            )
        }
        data = {"method": "update", "state": state, "buffer_paths": rng.choice(([], [["a"]], nasty.value(rng)))}
    elif chance < 0.95:
        widget = CONTROL
        page = f"{rng.choice(addresses.PAGES)}?{addresses.query(rng)}"
        arguments = {
            "path": rng.choice((page, nasty.text(rng), nasty.value(rng))),
            "dark": False,
            "themes": {},
            "appName": None,
        }
        data = {"method": rng.choice(("run", "app-status", "reload")), "args": arguments}
    else:
        data = {"method": rng.choice(METHODS), **{nasty.text(rng): nasty.value(rng)}}
    return {"comm_id": widget, "target_name": rng.choice(TARGETS), "data": data}


def _event(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.1:
        return rng.choice(REFERENCES)
    name = rng.choice(list(RIGHT)) if rng.random() < 0.95 else nasty.text(rng)
    data: Any = json.loads(json.dumps(rng.choice(RIGHT.get(name, (None,)))))
    if rng.random() < 0.7:
        data = changed_document(rng, data) if isinstance(data, dict) and rng.random() < 0.6 else nasty.value(rng)
    return {"event": name, "data": data}


def as_json(value: Any) -> str:
    """The value as JSON, with what is `Raw` in it as it is."""
    if isinstance(value, Raw):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {as_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(as_json, value)) + "]"
    return json.dumps(value)


def _as_bytes(rng: random.Random, message: dict[str, Any]) -> str:
    """The message in the binary form of the protocol, with buffers, right or wrong."""
    parts = [
        as_json(message).encode("utf-8", "surrogatepass"),
        *[b"\0" * rng.choice((0, 8, 1_000))] * rng.randint(0, 3),
    ]
    ends = [4 * (len(parts) + 1)]
    for part in parts[:-1]:
        ends.append(ends[-1] + len(part))
    count = len(parts) if rng.random() < 0.5 else rng.choice((0, 1, 2**20, 2**29, 2**31, 2**32 - 1))
    if rng.random() < 0.2:
        ends[rng.randrange(len(ends))] = rng.choice((0, 3, 2**31, 2**32 - 1))
    frame = b"".join(number.to_bytes(4, "big") for number in (count, *ends)) + b"".join(parts)
    return BINARY + frame.decode("latin-1")


def _garbage(rng: random.Random) -> str:
    """Nothing of the protocol."""
    if rng.random() < 0.4:
        lengths = (0, 1, 4, 12, 1_000)
        return BINARY + "".join(chr(rng.randrange(256)) for _ in range(rng.choice(lengths)))
    whole = (
        "",
        "null",
        "[]",
        "{}",
        "1",
        '"x"',
        "NaN",
        "[" * 100_000,
        '{"a":' * 50_000,
        "9" * 10_000,
        "x" * 1_100_000,
        "{",
        "\0",
    )
    return rng.choice((*whole, as_json(nasty.value(rng))))
