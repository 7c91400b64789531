"""The entrance of a workshop's phones: one page, and the few requests that it makes. It is open without the password.

Whoever comes this way reaches the workshop whose code or link he has, as one team, and nothing else: no page of
Solara's, no file, no websocket. A team is known by a token of its own in a cookie of this path, which no script can
read; it is not the password, does not stand in for it, and is worth nothing once the workshop is over. Beside it stands
what the browser is known by, so that one browser has few places, and stays out once its team was removed.

Who has come in is counted by team and not by address: nobody at the same router can lock him out.
"""

from __future__ import annotations

import asyncio
import re
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
    REQUESTS,
    Guesses,
    Pace,
    TooMany,
)
from sanfang.dashboard.door.protocol import address_of
from sanfang.dashboard.words import LANGUAGES
from sanfang.dashboard.workshop import embed, orders
from sanfang.dashboard.workshop.entrance import Team
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.dashboard.workshop.rooms import ROOMS, Rooms
from sanfang.dashboard.workshop.views import phone, words
from sanfang.dashboard.workshop.workshop import Workshop
from sanfang.scenario.errors import InputError

PATH = "/join"
COOKIE = "sanfang-team"
MAX_COOKIE = 100
"""Characters; a longer one is none of ours, and is not looked at."""

SEEN_FROM = ("join_", "workshop_")
"""The words of the page: how their keys begin."""

BROWSER = re.compile(r"[\w-]{22}", re.ASCII)
"""What a browser is known by: 128 random bits."""

STATUS = {"team": 401, "code": 403, "link": 403, "slow": 429, "codes": 429}
"""Of an answer that refuses, by the reason; where there is none here, the request is understood and not granted."""

NOT_GRANTED = 409


class Found(NamedTuple):
    """Whose request it is."""

    workshop: Workshop
    team: Team
    token: str

    @property
    def counted_as(self) -> str:
        """By what its requests are counted."""
        return f"{id(self.workshop)} {self.team.number}"


class Cookie(NamedTuple):
    """What a phone keeps: what its browser is known by, and the token of its team, each "" where it has none."""

    browser: str = ""
    token: str = ""


class Join:
    """Answers requests at `/join` and below it. `port` is that of the server, `lang` the language of a page that is
    asked for in none."""

    def __init__(self, port: int = 0, lang: str = "zh", rooms: Rooms = ROOMS) -> None:
        self.cookie = f"{COOKIE}-{port}"
        self._lang, self._rooms = lang, rooms
        self._guesses = Guesses(CODES, ALL_CODES)
        self._strangers, self._asked, self._orders = Pace(JOINED), Pace(REQUESTS), Pace(ORDERS)
        self._threads = ThreadPoolExecutor(ORDER_THREADS, thread_name_prefix="an order")
        self._posts: dict[str, Callable[[Found, bytes], Response]] = {"act": self._act, "leave": self._leave}

    @staticmethod
    def knows(path: str) -> bool:
        """Whether a path is answered here."""
        return path == PATH or path.startswith(f"{PATH}/")

    async def answer(self, scope: Scope, receive: Receive, headers: Headers) -> Response:
        """The answer to a request whose host and origin have been checked."""
        path, address = scope["path"].removeprefix(PATH).strip("/"), address_of(scope["client"])
        found = self._found(headers)
        if not (self._asked.take(found.counted_as) if found else self._strangers.take(address)):
            return _refusal(Refused("slow"))
        if scope["method"] != "POST":
            if path == "":
                return self._page(scope["query_string"].decode("ascii", "replace"))
            if path == "state":
                return await self._in_thread(lambda: self._state(found, scope["query_string"]))
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
            return await self._in_thread(lambda: self._enter(body, address, self._cookie(headers).browser, secure))
        return await self._in_thread(lambda: self._order(path, found, body))

    async def _in_thread(self, make: Callable[[], Response]) -> Response:
        """What takes some hundredths of a second is made apart, so that others are heard meanwhile."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, make)
        except Refused as refused:
            return _refusal(refused)
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

    def _state(self, found: Found | None, query: bytes) -> Response:
        """What a team sees; next to nothing where that is not new, or where nobody has come in."""
        if found is None:
            return _answer({"out": True, "error": Refused("team").told()})
        found.workshop.look()
        since = query.decode("ascii", "replace").removeprefix("since=")
        if since == str(found.team.version):
            return _answer({"version": found.team.version})
        return _answer(phone(found.workshop, found.team))

    def _enter(self, body: bytes, address: str, browser: str, secure: bool) -> Response:
        """Let in a team that has the code or the link. Right ones cost nothing: a room sits behind one router."""
        entry, browser = orders.read_entry(body), browser or secrets.token_urlsafe(16)
        workshop = self._rooms.with_link(entry.link) if entry.link else self._with_code(entry.code, address)
        if workshop is None:
            raise Refused("link" if entry.link else "code")
        token = workshop.enter(entry.team, browser)
        team = workshop.entrance.of_token(token)
        if team is None:  # removed, or all is over, in the same moment
            raise Refused("team")
        answer = _answer(phone(workshop, team))
        answer.raw_headers.append(self._header(Cookie(browser, token), secure))
        return answer

    def _with_code(self, code: str, address: str) -> Workshop | None:
        """The workshop with a code, which is short enough to be guessed: wrong ones are counted. Raises Refused."""
        try:
            return self._guesses.tried(address, lambda: self._rooms.with_code(code))
        except TooMany:
            raise Refused("codes") from None

    def _order(self, path: str, found: Found | None, body: bytes) -> Response:
        if found is None:
            raise Refused("team")
        if not self._orders.take(found.counted_as):
            raise Refused("slow")
        return self._posts[path](found, body)

    def _act(self, found: Found, body: bytes) -> Response:
        """Carry out an order for the team of this token. The workshop decides whether that may give it."""
        found.workshop.act(found.token, orders.read(body))
        return _answer(phone(found.workshop, found.team))

    def _leave(self, found: Found, body: bytes) -> Response:
        """The phone goes: its token is worth nothing any more. The host can let the team in again."""
        found.workshop.leave(found.token)
        return _answer({})

    # --- Tokens -----------------------------------------------------------------------------------------

    def _cookie(self, headers: Headers) -> Cookie:
        """What the browser keeps of ours. Of several the first counts: there is one for each path."""
        for part in headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == self.cookie and len(value) <= MAX_COOKIE:
                browser, _, token = value.partition(".")
                return Cookie(browser, token) if BROWSER.fullmatch(browser) else Cookie()
        return Cookie()

    def _found(self, headers: Headers) -> Found | None:
        """Whose request it is; None where it is nobody's who has come in."""
        token = self._cookie(headers).token
        found = self._rooms.with_token(token) if token else None
        return Found(*found, token) if found else None

    def _header(self, kept: Cookie, secure: bool) -> tuple[bytes, bytes]:
        """The header that gives a phone its token. It is sent to no other path."""
        given = f"{self.cookie}={kept.browser}.{kept.token}; Path={PATH}; HttpOnly; SameSite=Strict"
        return b"set-cookie", f"{given}{'; Secure' if secure else ''}".encode()


_NOTHING = PlainTextResponse("Nothing is here.\n", 404)


def _answer(told: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(told, status, headers={"cache-control": "no-store"})


def _refusal(refused: Refused, status: int = 0) -> Response:
    return _answer({"error": refused.told()}, status or STATUS.get(refused.reason, NOT_GRANTED))


def _policy(nonce: str) -> bytes:
    """What the page may load and run: its own script and style, and requests to this server. It evaluates nothing."""
    rules = (
        "default-src 'none'", f"script-src 'nonce-{nonce}'", f"style-src 'nonce-{nonce}'", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    )  # fmt: skip
    return "; ".join(rules).encode()
