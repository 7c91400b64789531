"""Attacks on the dashboard over a real socket. That each is real is seen first, on Solara's server without the door."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from benchmarks import browser
from benchmarks.visitor import HERE, HERE_6, ask, page
from websockets.exceptions import ConnectionClosed, InvalidStatus

FOREIGN = "http://elsewhere.example"
WITHOUT_DOOR = """
import os, sys
from sanfang.dashboard import serve
os.environ.update(serve.SETTINGS)
import uvicorn
uvicorn.run("solara.server.starlette:app", host="127.0.0.1", port=int(sys.argv[1]), log_level="critical")
"""


@pytest.fixture(scope="module")
def open_house() -> Iterator[str]:
    """The address of the same pages without the door."""
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"SANFANG_DASHBOARD_LANG": "en"}
    command = [sys.executable, "-c", WITHOUT_DOOR, str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as started:
        address = f"http://{HERE}:{port}"
        try:
            while True:
                assert started.poll() is None, "the server without the door ended at once"
                try:
                    ask(address)
                    break
                except OSError:
                    time.sleep(0.1)
            yield address
        finally:
            started.terminate()


def written(address: str, file: Path, origin: str | None, cookie: str | None) -> bool:
    """Whether a client's message made the server write a file."""
    message = {
        "create_widget": ["logging", "basicConfig"],
        "props": {"filename": str(file), "force": True},
        "id": "1",
    }
    try:
        with page(address, origin=origin, cookie=cookie) as visitor:
            visitor.run("/trust?lang=en")
            for widget in visitor.templates()[:3]:
                visitor.tell(widget, {"method": "custom", "content": message})
            assert visitor.answers()
    except (InvalidStatus, ConnectionClosed):
        pass
    return file.exists()


@pytest.mark.parametrize(
    ("origin", "cookie"), [(FOREIGN, ""), (None, None)], ids=["a page elsewhere", "a page of this server"]
)
def test_no_message_of_a_page_runs_code(
    open_house: str, dashboard: str, tmp_path: Path, origin: str | None, cookie: str | None
) -> None:
    assert written(open_house, tmp_path / "without the door", origin, cookie)
    assert not written(dashboard, tmp_path / "with it", origin, cookie)


@pytest.mark.parametrize(
    "content",
    [
        {"create_widget": ["os", "system"], "props": {}, "id": "1"},
        {"update_ref": {"functionRef": "close"}, "id": "1", "prop": "x"},
        {"event": "go", "data": "/", "create_widget": ["os", "system"], "props": {}},
        {"destroy_widget": "1"},
        {"event": "__init__", "data": {}},
        {"event": "not_declared", "data": {}},
    ],
)
def test_only_declared_events_reach_a_widget_and_the_page_lives_on(dashboard: str, content: dict[str, Any]) -> None:
    with page(dashboard) as visitor:
        visitor.run("/trust?lang=en")
        visitor.tell(visitor.with_event("go"), {"method": "custom", "content": content})
        try:
            assert visitor.answers()
        except ConnectionClosed as closed:  # what is no name of an event at all ends the connection
            assert closed.rcvd is not None and closed.rcvd.code == 1008
    assert ask(dashboard).status == 200


def test_a_state_is_told_to_the_viewer_who_asked(open_house: str, dashboard: str) -> None:
    def answered(address: str) -> bool:
        """Whether the first of two who ask is answered, when the second has begun to."""
        with page(address) as first, page(address) as second:
            first.run("/trust?lang=en")
            second.run("/trust?lang=en")
            names = uuid.uuid4().hex, uuid.uuid4().hex
            for visitor, name in zip((first, second), names, strict=True):
                opening = {"comm_id": name, "target_name": "jupyter.widget.control", "data": {}}
                visitor.send("comm_open", opening, metadata={"version": "1.0.0"})
                assert visitor.answers()
            first.tell(names[0], {"method": "request_states"})
            try:
                return any(message["content"].get("comm_id") == names[0] for message in first.heard(seconds=5))
            except TimeoutError:
                return False

    assert not answered(open_house)
    assert answered(dashboard)


@pytest.mark.parametrize("header", ["X-Script-Name", "Script-Name", "X-Forwarded-Host", "X-Forwarded-Prefix"])
def test_no_header_of_one_visitor_moves_the_scripts_of_others(dashboard: str, header: str) -> None:
    before = ask(dashboard).body
    poisoned = ask(dashboard, headers={header: "//elsewhere.example/x", "X-Forwarded-Proto": "https"})
    after = ask(dashboard)
    for answer in (poisoned, after):
        assert b"elsewhere" not in answer.body
        assert _without_numbers(answer.body) == _without_numbers(before)


def test_not_even_the_first_request_decides_where_scripts_come_from() -> None:
    headers = {"X-Script-Name": "//elsewhere.example/x", "X-Forwarded-Host": "elsewhere.example"}
    with browser.server(headers=headers) as server:
        assert b"elsewhere" not in ask(server.address).body


def _without_numbers(html: bytes) -> bytes:
    return re.sub(rb'nonce="[^"]*"', b"", html)


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "localhost.", "0.0.0.0", "[::2]",
                                  "127.0.0.1:1:2", "", "evil@127.0.0.1", "127.0.0.1/x"])  # fmt: skip
def test_a_name_that_somebody_made_to_lead_here_is_not_answered(dashboard: str, host: str) -> None:
    assert ask(dashboard, headers={"Host": host}).status in (400, 421)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.2:80", "[::1]:8765", "LOCALHOST:1"])
def test_this_machine_is_known_by_its_own_names(dashboard: str, host: str) -> None:
    assert ask(dashboard, headers={"Host": host}).status == 200


@pytest.mark.parametrize("origin", [FOREIGN, "", "null", "http://127.0.0.1:1", "https://127.0.0.1.elsewhere.example"])
def test_a_websocket_needs_the_origin_of_this_server(dashboard: str, origin: str) -> None:
    with pytest.raises(InvalidStatus), page(dashboard, origin=origin):
        pass


def test_a_page_elsewhere_in_a_real_browser_cannot_connect(chromium: Any, dashboard: str) -> None:
    uri = f"ws://{urlsplit(dashboard).netloc}/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id=x"
    script = f"<script>new WebSocket({json.dumps(uri)}).onerror = () => document.title = 'refused'</script>"

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(script.encode())

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer((HERE, 0), Elsewhere) as elsewhere:
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        opened = chromium.new_page()
        opened.goto(f"http://localhost:{elsewhere.server_port}/")
        opened.wait_for_function("document.title === 'refused'")
        opened.close()
        elsewhere.shutdown()


@pytest.fixture(scope="module")
def over_ipv6() -> Iterator[str]:
    """The address of a dashboard at the loopback address of IPv6."""
    try:
        browser.free_port(HERE_6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with browser.server("--lang", "en", host=HERE_6) as server:
        yield server.address


def test_a_dashboard_at_an_address_of_ipv6_serves_its_pages_and_no_one_else_s(over_ipv6: str) -> None:
    assert ask(over_ipv6, "/?lang=en", headers={"Origin": over_ipv6}).status == 200
    for host in ("[::2]", "::1", "[::1", "[::ffff:127.0.0.1]", "[::1]@elsewhere.example", "elsewhere.example"):
        assert ask(over_ipv6, headers={"Host": host}).status == 421, host
    for origin in ("http://[::1]", "http://[::2]:80", "http://[::1", FOREIGN):
        assert ask(over_ipv6, headers={"Origin": origin}).status == 403, origin
        with pytest.raises(InvalidStatus), page(over_ipv6, origin=origin):
            pass
    with page(over_ipv6) as visitor:
        visitor.run("/trust?lang=en")
        assert visitor.answers()


@pytest.mark.parametrize(
    "path",
    [
        "/resourcez", "/resourcez?verbose", "/readyz", "/jupyter/api/kernels/x", "/nothing", "/docs", "/openapi.json",
        "/static/%00", "/static/..%2f", "/static/nothing.js", "/static/public/../app.py", "/_solara/api/evict/x",
        "/_solara/cdn/nothing.js", "/_solara/cdn/@widgetti", "/_solara/cdn/..%2f..%2fbin%2fpython", "/" + "a" * 5000,
    ],
)  # fmt: skip
def test_what_no_page_needs_is_not_there(dashboard: str, path: str) -> None:
    assert ask(dashboard, path).status == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "POST"])
def test_pages_are_only_read(dashboard: str, method: str) -> None:
    assert ask(dashboard, "/", method).status == 405


def test_a_folder_of_scripts_is_not_deleted_by_asking_for_it(own_dashboard: Any) -> None:
    scripts = own_dashboard.assets
    before = sorted(scripts.rglob("*"))
    for folder in [path for path in before if path.is_dir()]:
        name = folder.relative_to(scripts).as_posix()
        for form in (name, f"{name}/", f"./{name}", name.replace("/", "//")):
            assert ask(own_dashboard.address, f"/_solara/cdn/{form}").status == 404
    assert sorted(scripts.rglob("*")) == before


def test_every_answer_carries_the_headers_of_safety(dashboard: str) -> None:
    for path in ("/", "/trust", "/static/assets/style.css", "/nothing"):
        answer = ask(dashboard, path)
        names = [name for name, _ in answer.headers]
        assert "frame-ancestors 'none'" in answer.header("content-security-policy")
        assert answer.header("x-content-type-options") == "nosniff" and answer.header("x-frame-options") == "DENY"
        assert answer.header("referrer-policy") and "server" not in names
    cookies = [value for name, value in ask(dashboard).headers if name == "set-cookie"]
    assert len(cookies) == 1
    assert "HttpOnly" in cookies[0] and "SameSite=Lax" in cookies[0]


def test_scripts_of_a_page_run_only_under_its_number(dashboard: str) -> None:
    first, second = ask(dashboard), ask(dashboard)
    policy = first.header("content-security-policy")
    number = policy.partition("'nonce-")[2].partition("'")[0]
    assert len(number) >= 20 and number not in second.header("content-security-policy")
    scripts = first.body.count(b"<script")
    assert scripts > 0 and first.body.count(f'<script nonce="{number}"'.encode()) == scripts
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]


def test_only_the_browser_that_has_a_page_open_can_close_it(dashboard: str) -> None:
    cookie = ask(dashboard).cookie
    with page(dashboard, cookie=cookie) as visitor:
        visitor.run("/trust?lang=en")
        kernel = visitor.socket.request.path.split("/")[4]  # type: ignore[union-attr]
        path = f"/_solara/api/close/{kernel}?session_id=x"
        for headers in ({"Origin": dashboard}, {"Origin": dashboard, "Cookie": ask(dashboard).cookie}):
            assert ask(dashboard, path, "POST", headers, b"").status == 404
        assert visitor.answers()
        assert ask(dashboard, path, "POST", {"Origin": FOREIGN, "Cookie": cookie}, b"").status == 403
        assert ask(dashboard, path, "POST", {"Origin": dashboard, "Cookie": cookie}, b"").status == 204


@pytest.mark.parametrize(
    ("site", "mode", "dest", "status"),
    [
        ("none", "navigate", "document", 200), ("same-origin", "no-cors", "image", 200),
        ("cross-site", "navigate", "document", 200), ("cross-site", "no-cors", "image", 403),
        ("same-site", "no-cors", "script", 403), ("cross-site", "navigate", "iframe", 403),
    ],
)  # fmt: skip
def test_a_page_elsewhere_follows_links_but_asks_for_nothing_in_its_viewer_s_name(
    dashboard: str, site: str, mode: str, dest: str, status: int
) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
    assert ask(dashboard, headers=headers).status == status


def test_a_request_that_says_twice_how_long_it_is_is_refused(dashboard: str) -> None:
    """A proxy before this server might take its body for another request."""
    headers = {"Origin": dashboard, "Content-Length": "3", "Transfer-Encoding": "chunked"}
    assert ask(dashboard, "/", "POST", headers).status == 400
