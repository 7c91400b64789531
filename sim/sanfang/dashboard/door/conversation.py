"""One page's websocket: what it says is read by `messages`, not too fast, and not for ever in silence."""

from __future__ import annotations

import asyncio
import logging

from starlette.types import Message, Receive, Send

from sanfang.dashboard.door.limits import FIRST_MESSAGE_SECONDS, IDLE_SECONDS, MESSAGE_BYTES, MESSAGES, Pace
from sanfang.dashboard.door.messages import Listener, Refused

log = logging.getLogger(__name__)

NOT_ALLOWED, GOING_AWAY = 1008, 1001  # codes of RFC 6455


class Conversation:
    """Stands between uvicorn's websocket and Solara's."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._listener = Listener()
        self._messages, self._bytes = Pace(MESSAGES), Pace(MESSAGE_BYTES)
        self._patience = FIRST_MESSAGE_SECONDS
        self._closed = False

    async def receive(self) -> Message:
        """The next message that Solara may see."""
        while True:
            try:
                async with asyncio.timeout(self._patience):
                    message = await self._receive()
            except TimeoutError:
                return await self._end(GOING_AWAY)
            if message["type"] != "websocket.receive":
                return message
            text = message.get("text")
            if text is None:
                log.warning("a page sent a binary frame, which no page of ours does; its connection is closed")
                return await self._end(NOT_ALLOWED)
            await self._slow_down(len(text))
            try:
                heard = self._listener.heard(text)
            except Refused as problem:
                log.warning("a page sent what no page of ours sends (%s); its connection is closed", problem)
                return await self._end(NOT_ALLOWED)
            if heard is not None:
                self._patience = IDLE_SECONDS
                return {"type": "websocket.receive", "text": heard}

    async def send(self, message: Message) -> None:
        """What Solara says goes out as it is, as long as anybody listens."""
        if not self._closed:
            await self._send(message)

    async def _slow_down(self, size: int) -> None:
        """Wait until another message is within the pace; uvicorn reads no further meanwhile."""
        for pace, amount in ((self._messages, 1.0), (self._bytes, float(size))):
            while not pace.take("", amount):
                await asyncio.sleep(pace.seconds_until("", amount))

    async def _end(self, code: int) -> Message:
        if not self._closed:
            self._closed = True
            await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}
