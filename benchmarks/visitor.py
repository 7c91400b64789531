"""A visitor of the dashboard without a browser: what an attacker writes in an hour. For loopback only."""

from __future__ import annotations

import http.client
import json
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

HERE = "127.0.0.1"
HERE_6 = "::1"
SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """What an HTTP request brought back; names of headers in lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, "" if it is not there."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def cookie(self) -> str:
        """The cookie that the server wants to be sent back."""
        return self.header("set-cookie").partition(";")[0]


def ask(
    address: str,
    path: str = "/",
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    source: str = HERE,
) -> Answer:
    """One HTTP request from the loopback address `source`; `headers` may say anything, the Host among them."""
    parts = urlsplit(address)
    here, source = (parts.hostname, parts.hostname) if parts.hostname == HERE_6 else (HERE, source)
    connection = http.client.HTTPConnection(here, parts.port or 80, timeout=SECONDS, source_address=(source, 0))
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": parts.netloc, **(headers or {})}.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        got = connection.getresponse()
        return Answer(got.status, [(name.lower(), value) for name, value in got.getheaders()], got.read())
    finally:
        connection.close()


@dataclass
class Page:
    """An open websocket in the protocol of Solara's pages. `widgets` are those that the server has told of, by ID."""

    socket: ClientConnection
    widgets: dict[str, dict[str, Any]] = field(default_factory=dict)
    control: str = field(default_factory=lambda: uuid.uuid4().hex)

    def send(self, kind: str, content: dict[str, Any], **others: Any) -> None:
        """A message of the protocol; `others` replace its parts."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "s", "username": "", "date": "2026-01-01",
                  "version": "5.2"}  # fmt: skip
        message: dict[str, Any] = {"header": header, "parent_header": {}, "metadata": {}, "content": content,
                                   "channel": "shell", "buffers": []}  # fmt: skip
        self.socket.send(json.dumps(message | others))

    def tell(self, comm: str, data: dict[str, Any]) -> None:
        """Something to a widget, or about the page."""
        self.send("comm_msg", {"comm_id": comm, "data": data})

    def event(self, widget: str, event: str, data: Any = None) -> None:
        """An event of a widget, as the browser sends it."""
        self.tell(widget, {"method": "custom", "content": {"event": event, "data": data}})

    def run(self, path: str = "/") -> None:
        """Open a page of the dashboard, and wait until it is there."""
        self.send("comm_open", {"comm_id": self.control, "target_name": "solara.control", "data": {}})
        arguments = {"path": path, "dark": False, "themes": {"light": {}, "dark": {}}, "appName": None}
        self.tell(self.control, {"method": "run", "args": arguments})
        for message in self.heard():
            if _data(message).get("method") == "finished":
                return

    def heard(self, seconds: float = SECONDS) -> Iterator[dict[str, Any]]:
        """What the server says, as it comes; raises TimeoutError after so long in silence."""
        while True:
            received = self.socket.recv(timeout=seconds)
            message = json.loads(received if isinstance(received, str) else _first_part(received))
            content = message["content"]
            if message["header"]["msg_type"] == "comm_open" and content["target_name"] == "jupyter.widget":
                self.widgets[content["comm_id"]] = content["data"]["state"]
            yield message

    def answers(self) -> bool:
        """Whether the server still listens to this page and answers."""
        asked = uuid.uuid4().hex
        self.send("comm_open", {"comm_id": asked, "target_name": "solara.control", "data": {}})
        self.tell(asked, {"method": "app-status"})
        return any(_data(message).get("method") == "app-status" for message in self.heard())

    def templates(self) -> list[str]:
        """The IDs of widgets made of a Vue template."""
        return [name for name, state in self.widgets.items() if "Template" in str(state.get("_model_name"))]

    def with_event(self, event: str) -> str:
        """The ID of a widget that declares an event."""
        return next(name for name, state in self.widgets.items() if event in (state.get("events") or []))


@contextmanager
def page(
    address: str,
    *,
    origin: str | None = None,
    cookie: str | None = None,
    source: str = HERE,
    **others: Any,
) -> Iterator[Page]:
    """An open page. Without `origin` and `cookie` those of a browser that has just loaded it; "" leaves them out."""
    parts = urlsplit(address)
    if cookie is None:
        cookie = ask(address, source=source).cookie
    line = socket.create_connection((HERE, parts.port or 80), timeout=SECONDS, source_address=(source, 0))
    uri = f"ws://{parts.netloc}/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id={uuid.uuid4()}"
    given: dict[str, Any] = {
        "sock": line,
        "origin": address if origin is None else origin or None,
        "max_size": None,
        "close_timeout": 1,
    }
    with connect(uri, additional_headers={"Cookie": cookie} if cookie else None, **(given | others)) as opened:
        yield Page(opened)


def _data(message: dict[str, Any]) -> dict[str, Any]:
    data = message["content"].get("data")
    return data if isinstance(data, dict) else {}


def _first_part(frame: bytes) -> bytes:
    """The JSON within a binary frame of the protocol."""
    count = int.from_bytes(frame[:4], "big")
    ends = [int.from_bytes(frame[place : place + 4], "big") for place in range(4, 4 * (count + 1), 4)]
    return frame[ends[0] : ends[1] if count > 1 else None]
