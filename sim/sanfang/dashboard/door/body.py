"""The body of a request, which has to be short and to come soon."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Receive

from sanfang.dashboard.door.limits import SILENT_SECONDS


async def body_of(receive: Receive, most: int) -> bytes | None:
    """The body; None if it has more than `most` bytes, or is too slow."""
    body = b""
    try:
        async with asyncio.timeout(SILENT_SECONDS):
            while len(body) <= most:
                message: dict[str, Any] = dict(await receive())
                body += message.get("body", b"")
                if not message.get("more_body"):
                    return body if len(body) <= most else None
    except TimeoutError:
        pass
    return None
