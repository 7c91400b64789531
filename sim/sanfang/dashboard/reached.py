"""Where phones of the same network find this server, when it is bound to all addresses of its machine."""

from __future__ import annotations

import os
import socket

BOUND = "SANFANG_DASHBOARD_BOUND"
"""The variable by which `serve` says where it is bound: host and port, after a space."""

ELSEWHERE = {"0.0.0.0": ("192.0.2.1", socket.AF_INET), "::": ("2001:db8::1", socket.AF_INET6)}
"""Addresses of no machine, to ask the system by which of its own it would go there. Nothing is sent."""


def address() -> str:
    """The address of the web at which others reach this server; "" where it is for this machine alone, or unknown."""
    host, _, port = os.environ.get(BOUND, "").rpartition(" ")
    if host not in ELSEWHERE:
        return ""
    there, family = ELSEWHERE[host]
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect((there, 9))
            own = str(asked.getsockname()[0])
    except OSError:  # no network
        return ""
    return f"http://[{own}]:{port}" if ":" in own else f"http://{own}:{port}"
