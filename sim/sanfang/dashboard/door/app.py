"""Requests: which of them reach Solara, and with what. An ASGI application around Solara's."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sanfang.dashboard import started
from sanfang.dashboard.door import login
from sanfang.dashboard.door.body import body_of
from sanfang.dashboard.door.conversation import Conversation
from sanfang.dashboard.door.hosts import Hosts, same_origin
from sanfang.dashboard.door.join import Join
from sanfang.dashboard.door.limits import (
    CLOSING_THREADS,
    CONNECTS,
    DOCUMENTS,
    FILES,
    MAX_BODY_BYTES,
    REQUEST_SECONDS,
    OpenPages,
    Pace,
    PageLimits,
)
from sanfang.dashboard.door.policy import HEADERS, PLAIN, signed_page
from sanfang.dashboard.door.protocol import address_of

log = logging.getLogger(__name__)

PATH = re.compile(r"/[A-Za-z0-9._~@+/-]{0,240}")
SOCKET = re.compile(r"/jupyter/api/kernels/[0-9a-f-]{36}/channels")
CLOSE = re.compile(r"/_solara/api/close/([0-9a-f-]{36})")
NAME = re.compile(r"[0-9A-Za-z-]{1,64}")
CDN = "/_solara/cdn/"
STATIC = ("/static/", "/jupyter/nbextensions/")
MAX_QUERY = 30_000

FORWARDED = frozenset(
    b"accept accept-encoding accept-language connection host if-modified-since if-none-match origin"
    b" sec-websocket-extensions sec-websocket-key sec-websocket-protocol sec-websocket-version upgrade"
    b" user-agent".split()
)
"""The headers that Solara gets. Others say what only a proxy may say (X-Forwarded-Host, Script-Name), or nothing."""


class Door:
    """Solara's application `app`, behind checks. `pages` are the paths of pages, `assets` the folder of its scripts,
    `port` the one that it is bound to, `lang` the language of the log-in form and of the entrance of workshops."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        pages: Collection[str],
        assets: Path,
        hosts: Hosts,
        most: PageLimits,
        password: str | None = None,
        port: int = 0,
        lang: str = "zh",
    ) -> None:
        self._app, self._pages, self._assets, self._hosts, self._lang = app, pages, assets.resolve(), hosts, lang
        self._sessions = login.Sessions(password, port)
        self._join = Join(port, lang)
        self._open = OpenPages(most)
        self._documents, self._files, self._connects = Pace(DOCUMENTS), Pace(FILES), Pace(CONNECTS)
        self._closing: set[str] = set()
        self._threads = ThreadPoolExecutor(CLOSING_THREADS, thread_name_prefix="let a page go")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            try:
                async with asyncio.timeout(REQUEST_SECONDS):
                    await (await self._answer(scope, receive))(scope, receive, _with_headers(send))
            except TimeoutError:
                log.warning("an answer took longer than %g seconds and was broken off", REQUEST_SECONDS)
        else:
            await self._app(scope, receive, send)

    # --- Pages and files ----------------------------------------------------------------------------------

    async def _answer(self, scope: Scope, receive: Receive) -> ASGIApp:
        """What answers a request."""
        headers, path = Headers(scope=scope), scope["path"]
        if refusal := self._refusal(scope, headers):
            return refusal
        if self._join.knows(path):  # before the password: what is there lets in nobody to anything else
            return await self._join.answer(scope, receive, headers)
        cookie = self._sessions.read(headers.get("cookie", ""))
        if not self._sessions.admits(cookie):
            return await self._admission(scope, receive, headers)
        if scope["method"] == "POST":
            return self._close(path, cookie)
        if path in self._pages:
            return await self._document(scope, receive, headers, cookie)
        if path == started.PATH:
            return PlainTextResponse(started.NAME, headers={"cache-control": "no-store"})
        if not path.startswith(STATIC) and not (path.startswith(CDN) and self._is_asset(path.removeprefix(CDN))):
            return _NOT_FOUND
        if not self._files.take(address_of(scope["client"])):
            return _TOO_MANY
        return lambda scope, receive, send: self._app(_inner(scope, cookie), receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """What is wrong with a request, whoever sent it."""
        host, origin, method = headers.get("host", ""), headers.get("origin"), scope.get("method", "GET")
        if len(headers.getlist("host")) != 1 or not self._hosts.knows(host, scope["server"][0]):
            return PlainTextResponse(
                "This server does not answer under that name. Start it with --allow-host NAME to change that.\n", 421
            )
        if (origin is not None and not same_origin(origin, host)) or _is_part_of_another_page(headers):
            return PlainTextResponse("Asked by a page of another server.\n", 403)
        if "content-length" in headers and "transfer-encoding" in headers:  # a proxy may read it in the other way
            return PlainTextResponse("Says twice how long it is.\n", 400)
        if not PATH.fullmatch(scope["path"]):
            return _NOT_FOUND
        if len(scope["query_string"]) > MAX_QUERY:
            return PlainTextResponse("The address is too long.\n", 414)
        if method not in ("GET", "HEAD", "POST") or (method == "POST" and origin is None):
            return PlainTextResponse("Not a way to ask for this.\n", 405)
        return None

    async def _admission(self, scope: Scope, receive: Receive, headers: Headers) -> Response:
        """The form that asks for the password, and what becomes of an answer: it leads on to where one wanted to go."""
        path, query = scope["path"], scope["query_string"].decode("ascii", "replace")
        if path not in self._pages:
            return PlainTextResponse("A password is asked for.\n", 401)
        wanted = parse_qs(query).get("lang", [""])[0]
        lang = wanted if wanted in login.WORDS else self._lang
        if scope["method"] != "POST":
            return Response(login.form(lang), 401, media_type="text/html")
        body = await body_of(receive, MAX_BODY_BYTES)
        right = self._sessions.try_password(body, address_of(scope["client"])) if body is not None else False
        if not right:
            return Response(login.form(lang, right), 429 if right is None else 401, media_type="text/html")
        answer = RedirectResponse(f"{path}?{query}" if query else path, 303)
        secure = headers.get("origin", "").startswith("https:")
        answer.raw_headers.append(self._sessions.header(self._sessions.new(admitted=True), secure))
        return answer

    async def _document(self, scope: Scope, receive: Receive, headers: Headers, cookie: str | None) -> Response:
        """A page: Solara's HTML with scripts that the policy knows, and a cookie for a browser that has none."""
        if not self._documents.take(address_of(scope["client"])):
            return _TOO_MANY
        given = cookie or self._sessions.new()
        plain = {**_inner(scope, given, without=(b"accept-encoding",)), "method": "GET"}
        status, html = await _collected(self._app, plain, receive)
        html, policy = signed_page(html, headers["host"])
        answer = Response(html, status, media_type="text/html", headers={"cache-control": "no-store"})
        answer.raw_headers.append((b"content-security-policy", policy))
        if cookie is None:
            answer.raw_headers.append(self._sessions.header(given, secure=False))
        return answer

    def _is_asset(self, name: str) -> bool:
        """Whether a script or font of Solara's is on this machine.

        Solara would look for a missing one outside, for seconds, in the pool that serves all files; and it takes a
        folder's name as a wish to delete it.
        """
        path = (self._assets / name).resolve()
        return path.is_relative_to(self._assets) and path.is_file()

    def _close(self, path: str, cookie: str | None) -> Response:
        """A page says that it is left. Only the browser that has it open may say so, and once.

        Nobody waits for it: it takes the page's lock, and who holds that may be waiting for a page that does not read.
        """
        from solara.server import kernel_context

        match = CLOSE.fullmatch(path)
        kernel = kernel_context.contexts.get(match[1]) if match else None
        if kernel is None or cookie is None or kernel.session_id != self._sessions.name(cookie):
            return _NOT_FOUND
        if kernel.id not in self._closing:
            self._closing.add(kernel.id)
            self._threads.submit(self._let_go, kernel)
        return Response(status_code=204)

    def _let_go(self, kernel: Any) -> None:
        try:
            for page in list(kernel.page_status):
                kernel.page_close(page)
        except Exception:
            log.exception("a page that was left could not be let go")
        finally:
            self._closing.discard(kernel.id)

    # --- Websockets ---------------------------------------------------------------------------------------

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page's connection, if all about it is in order."""
        cookie = self._sessions.read(Headers(scope=scope).get("cookie", ""))
        admitted = self._sessions.admits(cookie)
        cookie = cookie or self._sessions.new()  # of a page from before a restart, or no browser's
        session, address = self._sessions.name(cookie), address_of(scope["client"])
        fits = admitted and self._is_page(scope) and not self._open.refusal(session, address)
        if not fits or not self._connects.take(address):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        with self._open.opened(session, address):
            conversation = Conversation(receive, send)
            try:
                await self._app(_inner(scope, cookie), conversation.receive, conversation.send)
            except Exception:
                log.exception("the connection of a page failed")

    def _is_page(self, scope: Scope) -> bool:
        """Whether a websocket is asked for by a page of this server, in the way of a page."""
        headers = Headers(scope=scope)
        asked = parse_qs(scope["query_string"].decode("ascii", "replace"))
        return (
            self._refusal(scope, headers) is None
            and "origin" in headers
            and SOCKET.fullmatch(scope["path"]) is not None
            and NAME.fullmatch(asked.get("session_id", [""])[0]) is not None
        )


_NOT_FOUND = PlainTextResponse("Nothing is here.\n", 404)
_TOO_MANY = PlainTextResponse("Too much at once. Wait a little.\n", 429, {"retry-after": "10"})


def _is_part_of_another_page(headers: Headers) -> bool:
    """Whether a page of another server asks for it as a picture or a frame of its own, without saying its origin.

    It could not read the answer, but it would use up what its viewer may ask for. A link that is followed is let in.
    """
    if headers.get("sec-fetch-site") not in ("cross-site", "same-site"):
        return False
    return (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) != ("navigate", "document")


def _inner(scope: Scope, cookie: str | None, without: Collection[bytes] = ()) -> Scope:
    """The request as Solara sees it."""
    headers = [(name, value) for name, value in scope["headers"] if name in FORWARDED and name not in without]
    if cookie is not None:
        headers.append((b"cookie", f"solara-session-id={login.Sessions.name(cookie)}".encode()))
    return {**scope, "headers": headers}


def _with_headers(send: Send) -> Send:
    """`send` with the headers of safety on every answer, and without those of Solara's that tell or set too much."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name.lower() != b"server"]
            if not any(name == b"content-security-policy" for name, _ in kept):
                kept.append((b"content-security-policy", PLAIN))
            message = {**message, "headers": [*kept, *HEADERS]}
        await send(message)

    return sent


async def _collected(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[int, bytes]:
    """Status and whole body of an answer."""
    status, parts = 500, []

    async def keep(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, keep)
    return status, b"".join(parts)
