"""A page's websocket, frame by frame: what is no message costs little, and who does not read is cut off.

Messages are paced where they are read (`conversation`). Pings and pieces of messages never come so far: uvicorn answers
or collects them as fast as they arrive, without asking whether anybody reads the answers.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from sanfang.dashboard.door.limits import CONTROL_FRAMES, UNREAD_SECONDS, Pace

READ_BYTES = 1_024
"""Taken at a time, so that no flood of tiny frames is worked through before it is noticed. Messages may be compressed
to a thousandth: what is taken at a time never holds more than a megabyte of them."""


class Frames(WebSocketsSansIOProtocol):
    """uvicorn's own protocol, with a pace for control frames and an end to waiting for a reader."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._pace = Pace(CONTROL_FRAMES)
        self._patience: asyncio.TimerHandle | None = None
        self._not_taken = b""

    def data_received(self, data: bytes) -> None:
        """Take what has arrived, as far as somebody wants it."""
        self._not_taken += data
        self._take()

    def _take(self) -> None:
        """Take what has arrived, piece by piece, until a message waits to be read, or a piece ends the connection."""
        while self._not_taken and not self.read_paused and not self.transport.is_closing():
            piece, self._not_taken = self._not_taken[:READ_BYTES], self._not_taken[READ_BYTES:]
            super().data_received(piece)

    async def receive(self) -> Any:
        """The next message; once none waits, more is taken of what has arrived."""
        message = await super().receive()
        self._take()
        return message

    def handle_ping(self) -> None:
        """Answer a ping, within the pace."""
        if self._is_in_pace():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Hear the answer to a ping, within the pace."""
        if self._is_in_pace():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        """Take a further piece of a message, within the pace."""
        if self._is_in_pace():
            super().handle_cont(event)

    def handle_close(self, event: Frame) -> None:
        """Say good-bye; what the page has not read by then it has a while for."""
        super().handle_close(event)
        self._wait_for_reader()

    def keepalive_timeout(self) -> None:
        """End a connection that answers no ping."""
        super().keepalive_timeout()
        self.transport.abort()

    def pause_writing(self) -> None:
        """More waits for the page than should."""
        super().pause_writing()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        """The page has read of it."""
        super().resume_writing()
        if self._patience is not None and not self.transport.is_closing():
            self._patience.cancel()
            self._patience = None

    def connection_lost(self, problem: Exception | None) -> None:
        """Nobody is waited for any more."""
        if self._patience is not None:
            self._patience.cancel()
        super().connection_lost(problem)

    def _wait_for_reader(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def _is_in_pace(self) -> bool:
        if self._pace.take():
            return True
        self.transport.abort()
        return False
