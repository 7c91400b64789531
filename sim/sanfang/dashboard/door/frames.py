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

READ_BYTES = 4_096
"""Taken at a time, so that no flood of tiny frames is worked through before it is noticed."""


class Frames(WebSocketsSansIOProtocol):
    """uvicorn's own protocol, with a pace for control frames and an end to waiting for a reader."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._pace = Pace(CONTROL_FRAMES)
        self._patience: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Take what has arrived, piece by piece, unless a piece has ended the connection."""
        for start in range(0, len(data), READ_BYTES):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + READ_BYTES])

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
