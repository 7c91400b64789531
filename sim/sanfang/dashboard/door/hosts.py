"""Under which names the server answers. A page elsewhere can make a browser come here under a name of its own."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def is_loopback(name: str) -> bool:
    """Whether a host name or address means this machine alone."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


class Hosts:
    """The names that are known: this machine's own, the one it is bound to, and those that the user allows."""

    def __init__(self, bound: str, allowed: Iterable[str] = ()) -> None:
        self.exposed = not is_loopback(bound)
        self._known = {bound.lower(), *(name.lower() for name in allowed)}

    def knows(self, header: str, reached: str) -> bool:
        """Whether a Host header is one of ours; `reached` is the address at which the connection arrived.

        An address of the machine is no danger where it serves others: only a name can be made to lead elsewhere.
        """
        match = HOST.fullmatch(header.lower())
        if match is None:
            return False
        name = match[1].strip("[]")
        return name in self._known or is_loopback(name) or (self.exposed and name == reached.lower())


def same_origin(origin: str, host: str) -> bool:
    """Whether an Origin header names the server that a Host header names."""
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return False
    if parts.scheme not in DEFAULT_PORTS or f"{parts.scheme}://{parts.netloc}" != origin.lower():
        return False
    port = DEFAULT_PORTS[parts.scheme]
    return parts.netloc.removesuffix(port) == host.lower().removesuffix(port)
