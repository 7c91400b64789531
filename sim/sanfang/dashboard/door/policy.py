"""What a page may load and run: the Content-Security-Policy and its companions, measured on every page.

Scripts come from this server, or stand in the page under a number that is drawn anew for every answer. `unsafe-eval`
has to stay: Vue 2 makes a function of each template, in the browser, and ipyvue evaluates the script of each component.
Styles within the page have to stay too: Vuetify writes them.
"""

from __future__ import annotations

import re
import secrets

SCRIPT = re.compile(rb"<script(?=[\s>])")

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # with "no-referrer" a browser would not say where a form comes from
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
"""On every answer."""

PLAIN = b"default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; style-src 'unsafe-inline'"
"""For all that is no page of Solara's: nothing runs."""


def content_policy(host: str, nonce: str) -> bytes:
    """The policy of one page. `host` is the Host header, which has been checked; older Safari wants it for sockets."""
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' 'nonce-{nonce}' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' ws://{host} wss://{host}",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items()).encode()


def signed_page(html: bytes, host: str) -> tuple[bytes, bytes]:
    """A page whose scripts carry a fresh number, and the policy that lets these run and no others.

    The page comes from Solara's template alone: nothing of a visitor's stands in it.
    """
    nonce = secrets.token_urlsafe(16)
    return SCRIPT.sub(f'<script nonce="{nonce}"'.encode(), html), content_policy(host, nonce)
