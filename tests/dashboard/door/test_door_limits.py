"""The counters of the door, and the conversation that they slow down."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from solara.server import kernel_context
from uvicorn.protocols.utils import ClientDisconnected
from websockets.frames import Frame, Opcode

from apart import run_apart
from sanfang.dashboard.door import conversation, frames, limits, log
from sanfang.dashboard.door.app import Door
from sanfang.dashboard.door.conversation import Conversation
from sanfang.dashboard.door.hosts import Hosts
from sanfang.dashboard.door.limits import Guesses, OpenPages, Pace, PageLimits, TooMany, places
from sanfang.dashboard.door.login import Sessions
from sanfang.dashboard.door.protocol import address_of


def test_a_pace_allows_a_burst_and_then_its_rate() -> None:
    now = [0.0]
    pace = Pace((3, 0.5), clock=lambda: now[0])
    assert [pace.take("a") for _ in range(4)] == [True, True, True, False]
    assert pace.take("b")  # others have a pace of their own
    assert pace.seconds_until("a") == 2.0
    now[0] = 2.0
    assert pace.take("a") and not pace.take("a")
    now[0] = 1e6
    assert [pace.take("a") for _ in range(4)] == [True, True, True, False]


def test_a_pace_forgets_who_was_quiet_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_REMEMBERED", 2)
    pace = Pace((1, 0.0), clock=lambda: 0.0)
    assert pace.take("a") and pace.take("b") and not pace.take("a")
    assert pace.take("c")  # "b" is forgotten
    assert not pace.take("a") and pace.take("b")


# --- Guesses ----------------------------------------------------------------------------------------------

EACH, TOGETHER = limits.PASSWORDS, limits.ALL_PASSWORDS


def guess(guesses: Guesses, address: str, right: bool = False) -> bool | None:
    """Whether a try was right; None if it was not looked at."""
    try:
        return guesses.tried(address, lambda: right or None) or False
    except TooMany:
        return None


@pytest.mark.parametrize("addresses", [1, 20, 400, 5_000])
def test_however_many_addresses_guess_together_they_have_one_pace(addresses: int) -> None:
    """Each as fast as its own allowance comes back, and all of them for an hour."""
    now = [0.0]
    guesses, heard = Guesses(EACH, TOGETHER, clock=lambda: now[0]), 0
    for second in range(0, 3600, 5):
        now[0] = float(second)
        for number in range(min(addresses, 30)):
            heard += guess(guesses, f"10.0.0.{(second * 6 + number) % addresses}") is False
    assert heard <= TOGETHER[0] + TOGETHER[1] * 3600
    if addresses == 1:
        assert heard <= EACH[0] + EACH[1] * 3600


@pytest.mark.parametrize(
    ("together", "addresses", "minutes"),
    [(limits.ALL_PASSWORDS, 20, 1), (limits.ALL_PASSWORDS, 200, 10), (limits.ALL_CODES, 20, 4)],
)
def test_addresses_that_guess_on_keep_out_others_no_longer_than_is_said(
    together: tuple[float, float], addresses: int, minutes: int
) -> None:
    """For an hour, each as often as it is heard; SECURITY.md says how long another one waits."""
    now = [0.0]
    guesses, waited, longest = Guesses(EACH, together, clock=lambda: now[0]), 0, 0
    for second in range(3600):
        now[0] = float(second)
        for number in range(addresses):
            guess(guesses, f"10.0.0.{number}")
        waited = 0 if guess(guesses, "10.1.0.1", right=True) else waited + 1
        longest = max(longest, waited)
    assert longest <= 60 * minutes


def test_a_right_secret_costs_nothing_and_tries_at_once_are_counted_one_by_one() -> None:
    guesses = Guesses((3, 0.0), (4, 0.0))
    assert all(guess(guesses, "a", right=True) for _ in range(40))
    begun, said = threading.Barrier(8), list[bool | None]()

    def slow() -> None:
        begun.wait()
        said.append(guess(guesses, "a"))

    threads = [threading.Thread(target=slow) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert said.count(False) == 3 and said.count(None) == 5


def test_places_are_counted_by_browser_by_address_and_in_all() -> None:
    pages = OpenPages(PageLimits(per_session=2, per_address=3, in_all=4))
    with pages.opened("s", "a"), pages.opened("s", "a"):
        assert "browser" in pages.refusal("s", "a") and not pages.refusal("t", "a")
        with pages.opened("t", "a"):
            assert "address" in pages.refusal("u", "a") and not pages.refusal("u", "b")
            with pages.opened("u", "b"):
                assert "4 pages are open" in pages.refusal("v", "c")
    assert not pages.refusal("s", "a")


@pytest.mark.parametrize("files", [None, 256, 1024, 4096, 10**9])
def test_one_address_never_has_all_places_and_all_fit_into_the_files(files: int | None) -> None:
    for per_address in (1, 100, 1000):
        most = places(per_address, files)
        assert most.per_session <= most.per_address < most.in_all
        assert files is None or most.connections + limits.FILES_PER_PAGE * most.in_all <= files
    assert places().per_address >= 100


def test_an_owner_of_many_ipv6_addresses_counts_as_one() -> None:
    assert address_of(("2001:db8::1", 1)) == address_of(("2001:db8::ffff:1%eth0", 2)) != address_of(("2001:db9::1", 1))
    assert address_of(("192.0.2.1", 1)) == "192.0.2.1" and address_of(None) == ""


def test_addresses_of_ipv4_that_are_written_as_ipv6_are_not_all_the_same() -> None:
    assert address_of(("::ffff:192.0.2.1", 1)) == address_of(("192.0.2.1", 1)) != address_of(("::ffff:192.0.2.2", 1))


# --- A conversation ---------------------------------------------------------------------------------------

GREETING = '{"header": {"msg_type": "kernel_info_request", "msg_id": "1"}, "content": {}}'


def converse(*messages: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What Solara hears of messages, until the end; and what the client is sent."""
    waiting, sent, heard = list(messages), [], []

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    async def listen() -> None:
        talk = Conversation(receive, send)
        while not heard or heard[-1]["type"] != "websocket.disconnect":
            heard.append(await talk.receive())  # type: ignore[arg-type]
        await talk.send({"type": "websocket.send", "text": "to nobody"})

    run_apart(listen())
    return heard, sent


def text(value: str) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": value}


def test_silence_ends_a_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "FIRST_MESSAGE_SECONDS", 0.01)
    heard, sent = converse()
    assert sent == [{"type": "websocket.close", "code": 1001}] and len(heard) == 1


def test_only_a_message_that_counts_keeps_a_conversation_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "FIRST_MESSAGE_SECONDS", 0.01)
    monkeypatch.setattr(conversation, "IDLE_SECONDS", 0.02)
    useless = '{"header": {"msg_type": "nothing"}, "content": {}}'
    assert len(converse(text(useless), text(useless))[0]) == 1
    assert len(converse(text(GREETING))[0]) == 2


def test_after_a_binary_frame_nothing_is_heard_or_said() -> None:
    heard, sent = converse({"type": "websocket.receive", "bytes": b"\0\0\0\1"}, text(GREETING))
    assert [message["type"] for message in heard] == ["websocket.disconnect"]
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_too_many_messages_are_read_more_slowly_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        now[0] += seconds

    now = [0.0]
    monkeypatch.setattr(conversation, "MESSAGES", (5, 10.0))
    monkeypatch.setattr(conversation, "Pace", lambda pace: Pace(pace, clock=lambda: now[0]))
    monkeypatch.setattr(conversation.asyncio, "sleep", nap)
    heard, _ = converse(*[text(GREETING)] * 20, {"type": "websocket.disconnect", "code": 1000})
    assert len(heard) == 21 and sum(naps) == pytest.approx(1.5)


# --- Frames -----------------------------------------------------------------------------------------------


def test_who_does_not_read_is_cut_off_and_who_had_something_for_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the page has said good-bye and keeps its line."""
    monkeypatch.setattr(frames, "UNREAD_SECONDS", 0.2)
    let_go: list[str] = []

    async def talkative(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        try:
            while True:
                await send({"type": "websocket.send", "bytes": bytes(1_000_000)})
        except ClientDisconnected:
            let_go.append(scope["path"])

    async def visit() -> None:
        server = uvicorn.Server(uvicorn.Config(talkative, port=0, ws=frames.Frames, lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        for path, farewell in (("/silent", b""), ("/leaving", Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True))):
            key = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            _, line = await asyncio.open_connection("127.0.0.1", port, limit=1)
            line.write(
                b"GET %b HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" % path.encode() + key
            )
            await asyncio.sleep(0.05)
            line.write(farewell)
            async with asyncio.timeout(20):
                while path not in let_go:
                    await asyncio.sleep(0.01)
        server.should_exit = True
        await serving

    run_apart(visit())


def test_nobody_waits_for_a_page_that_is_left_and_it_is_let_go_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lock may be held by somebody who waits for a page that does not read."""
    held, let_go, number = threading.Event(), [], "0" * 36

    class Kernel:
        id, page_status = number, ("page",)

        def __init__(self, cookie: str) -> None:
            self.session_id = Sessions.name(cookie)

        def page_close(self, page: str) -> None:
            held.wait()
            let_go.append(page)

    door = Door(None, pages=(), assets=Path(), hosts=Hosts("127.0.0.1"), most=places())  # type: ignore[arg-type]
    cookie = door._sessions.new()
    monkeypatch.setattr(kernel_context, "contexts", {number: Kernel(cookie)})
    answers = [door._close(f"/_solara/api/close/{number}", cookie).status_code for _ in range(100)]
    assert answers == [204] * 100 and let_go == []
    held.set()
    door._threads.shutdown()
    assert let_go == ["page"]


# --- The log ----------------------------------------------------------------------------------------------


def entry(line: int, message: str = "trouble") -> logging.LogRecord:
    return logging.LogRecord("name", logging.WARNING, "file", line, message, None, None)


def test_the_same_trouble_is_written_a_few_times_and_then_counted() -> None:
    now = [0.0]
    often = log._NotTooOften(clock=lambda: now[0])
    assert sum(often.filter(entry(1)) for _ in range(1000)) == log.SAME_TROUBLE[0]
    assert often.filter(other := entry(2)) and "995" in other.getMessage()
    assert sum(often.filter(entry(line)) for line in range(3, 1000)) <= log.ALL_TROUBLE[0]
    now[0] = 3600.0
    assert often.filter(entry(1))


def test_a_line_of_the_log_moves_no_cursor_and_is_not_endless() -> None:
    shown = log._Plain("%(message)s").format(entry(1, "\x1b[2J\r\x9b" + "x" * 100_000))
    assert "\x1b" not in shown and "\r" not in shown and "\x9b" not in shown and len(shown) <= log.MAX_LINE


def test_what_a_visitor_wrote_begins_no_line_of_the_log() -> None:
    """It stands in the text of an error, be that the message or the one that led to it."""
    forged = "2026-01-01 00:00:00 WARNING sanfang: the password is 12345678"
    try:
        try:
            raise ValueError(f"x\n{forged}\u2028{forged}\x85{forged}")
        except ValueError as error:
            raise KeyError(f"y\r{forged}") from error
    except KeyError:
        record = logging.LogRecord("name", logging.ERROR, "file", 1, f"z\n{forged}", None, sys.exc_info())
    shown = log._Plain("%(asctime)s %(message)s").format(record)
    assert len(shown.splitlines()) == 1 and forged in shown


def test_of_a_long_traceback_the_end_is_kept_which_says_what_went_wrong() -> None:
    record = entry(1, "began" + "x" * 100_000 + "ValueError: it went wrong")
    shown = log._Plain("%(message)s").format(record)
    assert shown.startswith("began") and shown.endswith("it went wrong") and len(shown) <= log.MAX_LINE
