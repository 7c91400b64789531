"""The entrance of a workshop's phones: one page, and the few requests that it makes. It is open without the password.

Whoever comes this way reaches the workshop whose code he has, as one team, and nothing else: no page of Solara's, no
file, no websocket. A team is known by a token of its own in a cookie of this path, which no script can read; it is not
the password, does not stand in for it, and is worth nothing once the workshop is over.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope

from sanfang.dashboard.door.body import body_of
from sanfang.dashboard.door.limits import (
    ALL_CODES,
    CODES,
    JOINED,
    MAX_ORDER_BYTES,
    ORDER_THREADS,
    ORDERS,
    OWN_CODES,
    Guesses,
    Pace,
)
from sanfang.dashboard.door.protocol import address_of
from sanfang.dashboard.words import LANGUAGES
from sanfang.dashboard.workshop import embed, orders
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.dashboard.workshop.rooms import ROOMS, Rooms
from sanfang.dashboard.workshop.views import phone, words
from sanfang.dashboard.workshop.workshop import Team, Workshop
from sanfang.scenario.errors import InputError

PATH = "/join"
COOKIE = "sanfang-team"
MAX_TOKEN = 100
"""Characters; a longer one is none of ours, and is not looked at."""

SEEN_FROM = ("join_", "workshop_")
"""The words of the page: how their keys begin."""

NOT_IN, NOT_GRANTED, TOO_MUCH = 401, 409, 429


class Found(NamedTuple):
    """Whose request it is."""

    workshop: Workshop
    team: Team
    token: str


class Join:
    """Answers requests at `/join` and below it. `port` is that of the server, `lang` the language of a page that is
    asked for in none."""

    def __init__(self, port: int = 0, lang: str = "zh", rooms: Rooms = ROOMS) -> None:
        self.cookie = f"{COOKIE}-{port}"
        self._lang, self._rooms = lang, rooms
        self._guesses = Guesses(CODES, OWN_CODES, ALL_CODES)
        self._asked, self._orders = Pace(JOINED), Pace(ORDERS)
        self._threads = ThreadPoolExecutor(ORDER_THREADS, thread_name_prefix="an order")
        self._posts: dict[str, Callable[[Found, bytes], Response]] = {"act": self._act, "leave": self._leave}

    @staticmethod
    def knows(path: str) -> bool:
        """Whether a path is answered here."""
        return path == PATH or path.startswith(f"{PATH}/")

    async def answer(self, scope: Scope, receive: Receive, headers: Headers) -> Response:
        """The answer to a request whose host and origin have been checked."""
        path, address = scope["path"].removeprefix(PATH).strip("/"), address_of(scope["client"])
        if not self._asked.take(address):
            return _refusal(Refused("slow"), TOO_MUCH)
        if scope["method"] != "POST":
            if path == "":
                return self._page(scope["query_string"].decode("ascii", "replace"))
            if path == "state":
                return await self._in_thread(lambda: self._state(headers, scope["query_string"]))
            return _NOTHING
        if path != "enter" and path not in self._posts:
            return _NOTHING
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":  # no form of another page
            return _refusal(Refused("form"), 415)
        body = await body_of(receive, MAX_ORDER_BYTES)
        if body is None:
            return _refusal(Refused("form"), 413)
        secure = headers.get("origin", "").startswith("https:")
        if path == "enter":
            return await self._in_thread(lambda: self._enter(body, address, secure))
        return await self._in_thread(lambda: self._order(path, headers, body))

    async def _in_thread(self, make: Callable[[], Response]) -> Response:
        """What takes some hundredths of a second is made apart, so that others are heard meanwhile."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, make)
        except Refused as refused:
            return _refusal(refused, NOT_IN if refused.reason == "team" else NOT_GRANTED)
        except InputError as problem:
            return _answer({"error": dict.fromkeys(LANGUAGES, str(problem))}, NOT_GRANTED)

    # --- What may be asked ------------------------------------------------------------------------------

    def _page(self, query: str) -> Response:
        """The page, the same for everybody: who is in asks for what it shows."""
        lang = next((one for one in LANGUAGES if f"lang={one}" in query.split("&")), self._lang)
        nonce, known = secrets.token_urlsafe(16), words(SEEN_FROM)
        page = embed.filled(
            "phone.html", lang="zh-CN" if lang == "zh" else "en", title=known[lang]["join_title"], nonce=nonce,
            style=embed.part("phone.css"), script=embed.part("curves.js") + embed.part("phone.js"),
            data=embed.data({"lang": lang, "words": known}),
        )  # fmt: skip
        answer = Response(page, media_type="text/html", headers={"cache-control": "no-store"})
        answer.raw_headers.append((b"content-security-policy", _policy(nonce)))
        return answer

    def _state(self, headers: Headers, query: bytes) -> Response:
        """What a team sees; next to nothing where that is not new, or where nobody has come in."""
        try:
            workshop, team, _ = self._team(headers)
        except Refused as refused:
            return _answer({"out": True, "error": refused.told()})
        since = query.decode("ascii", "replace").removeprefix("since=")
        if since == str(team.version):
            return _answer({"version": team.version})
        return _answer(phone(workshop, team))

    def _enter(self, body: bytes, address: str, secure: bool) -> Response:
        """Let in a team that has the code. A right code costs nothing: a room sits behind one router."""
        if not self._guesses.heard(address):
            return _refusal(Refused("slow"), TOO_MUCH)
        entry = orders.read_entry(body)
        workshop = self._rooms.with_code(entry.code)
        if workshop is None:
            self._guesses.wrong(address)
            return _refusal(Refused("code"), 403)
        token = workshop.enter(entry.team)
        team = workshop.team_of(token)
        assert team is not None  # it has just come in
        answer = _answer(phone(workshop, team))
        answer.raw_headers.append(self._header(token, secure))
        return answer

    def _order(self, path: str, headers: Headers, body: bytes) -> Response:
        found = self._team(headers)
        if not self._orders.take(f"{id(found.workshop)} {found.team.number}"):
            return _refusal(Refused("slow"), TOO_MUCH)
        return self._posts[path](found, body)

    def _act(self, found: Found, body: bytes) -> Response:
        """Carry out an order for the team of this token. The workshop decides whether that may give it."""
        found.workshop.act(found.token, orders.read(body))
        return _answer(phone(found.workshop, found.team))

    def _leave(self, found: Found, body: bytes) -> Response:
        """The phone goes: its token is worth nothing any more. The host can let the team in again."""
        found.workshop.leave(found.token)
        answer = _answer({})
        answer.raw_headers.append(self._header("", False, ended=True))
        return answer

    # --- Tokens -----------------------------------------------------------------------------------------

    def _team(self, headers: Headers) -> Found:
        """Whose request it is. Raises Refused."""
        for part in headers.get("cookie", "").split(";"):
            name, _, token = part.strip().partition("=")
            if name == self.cookie and len(token) <= MAX_TOKEN:
                found = self._rooms.with_token(token)
                if found is not None:
                    return Found(*found, token)
        raise Refused("team")

    def _header(self, token: str, secure: bool, ended: bool = False) -> tuple[bytes, bytes]:
        """The header that gives a phone its token, or takes it away. It is sent to no other path."""
        more = ("; Secure" if secure else "") + ("; Max-Age=0" if ended else "")
        return b"set-cookie", f"{self.cookie}={token}; Path={PATH}; HttpOnly; SameSite=Strict{more}".encode()


_NOTHING = PlainTextResponse("Nothing is here.\n", 404)


def _answer(told: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(told, status, headers={"cache-control": "no-store"})


def _refusal(refused: Refused, status: int) -> Response:
    return _answer({"error": refused.told()}, status)


def _policy(nonce: str) -> bytes:
    """What the page may load and run: its own script and style, and requests to this server. It evaluates nothing."""
    rules = (
        "default-src 'none'", f"script-src 'nonce-{nonce}'", f"style-src 'nonce-{nonce}'", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    )  # fmt: skip
    return "; ".join(rules).encode()
