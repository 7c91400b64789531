"""Connections, before anything is read: not too many from one address, none that stays silent."""

from __future__ import annotations

import asyncio
import ipaddress
from functools import lru_cache
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from sanfang.dashboard.door.limits import MAX_REMEMBERED, SILENT_SECONDS, PageLimits


def protocol(most: PageLimits) -> type[H11Protocol]:
    """uvicorn's own HTTP, with the limits of `most`."""

    class Doorway(H11Protocol):
        """One connection. A websocket takes it over and is counted on."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            """Refuse one too many at once, without a word: an answer would cost more than the question."""
            super().connection_made(transport)
            address = address_of(self.client)
            same = sum(address_of(getattr(other, "client", None)) == address for other in self.connections)
            if same > most.connections_per_address or len(self.connections) > most.connections:
                transport.abort()
            else:
                self.loop.call_later(SILENT_SECONDS, self._close_if_silent, None)

        def _close_if_silent(self, before: Any) -> None:
            """Close it unless it is being answered, or has asked something since this was looked at last."""
            if self.transport.is_closing() or self.transport.get_protocol() is not self:
                return  # gone, or a websocket now
            if self.cycle is before and (before is None or before.response_complete):
                self.transport.abort()
            else:
                self.loop.call_later(SILENT_SECONDS, self._close_if_silent, self.cycle)

    return Doorway


def address_of(client: Any) -> str:
    """The address by which a client is counted; of IPv6 the first half, since whoever has one has all of the second.

    An address of IPv4 may be written as one of IPv6: their first half is the same for all.
    """
    return _counted_as(str(client[0]) if client else "")


@lru_cache(maxsize=MAX_REMEMBERED)
def _counted_as(text: str) -> str:
    """Remembered, since each new connection looks at all others."""
    if ":" not in text:
        return text
    address = ipaddress.IPv6Address(text.partition("%")[0])
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
