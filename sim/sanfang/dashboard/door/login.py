"""Who a browser is: a signed cookie that scripts cannot read, and the password, where the server asks for one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from urllib.parse import parse_qs

from sanfang.dashboard.door.limits import ALL_PASSWORDS, PASSWORDS, Guesses, TooMany

COOKIE = "sanfang-session"
"""The cookie's name is this and the port: a browser sends the cookies of all ports of a host to each of them."""

FIELD = "password"
ADMITTED_SECONDS = 12 * 3600
"""How long a password holds: a working day."""

WORDS = {
    "zh": ("三放 Sanfang", "密码", "进入", "密码不对。", "尝试次数过多，请稍后再试。"),
    "en": ("Sanfang 三放", "Password", "Enter", "This is not the password.", "Too many tries. Wait a little."),
}


class Sessions:
    """Makes and reads the cookie: an ID, until when it is admitted (0: no password was given), and a signature.

    The key lives as long as the process. After a restart a browser gets a new cookie.
    """

    def __init__(self, password: str | None = None, port: int = 0, clock: Callable[[], float] = time.time) -> None:
        self.cookie = f"{COOKIE}-{port}"
        self._key = secrets.token_bytes(32)
        self._password = _digest(password) if password is not None else None
        self._clock = clock
        self._guesses = Guesses(PASSWORDS, ALL_PASSWORDS)

    @property
    def asks(self) -> bool:
        """Whether a password is asked for."""
        return self._password is not None

    def new(self, admitted: bool = False) -> str:
        """The value of a cookie for a browser that has none."""
        until = int(self._clock()) + ADMITTED_SECONDS if admitted else 0
        body = f"{secrets.token_hex(16)}.{until}"
        return f"{body}.{self._signature(body)}"

    def read(self, cookies: str) -> str | None:
        """The value in a Cookie header, if it is one of ours and its time has not run out."""
        for part in cookies.split(";"):  # other programs of this host may have cookies of any form
            name, _, value = part.strip().partition("=")
            if name == self.cookie and self._is_ours(value):
                return value
        return None

    def _is_ours(self, value: str) -> bool:
        body, _, signature = value.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(body).encode()):
            return False
        until = int(body.rpartition(".")[2])
        return not until or until > self._clock()

    def header(self, value: str, secure: bool) -> tuple[bytes, bytes]:
        """The header that gives a browser its cookie."""
        secured = "; Secure" if secure else ""
        return b"set-cookie", f"{self.cookie}={value}; Path=/; HttpOnly; SameSite=Lax{secured}".encode()

    def admits(self, value: str | None) -> bool:
        """Whether a browser with this cookie may see the pages."""
        return not self.asks or (value is not None and value.split(".")[1] != "0")

    @staticmethod
    def name(value: str) -> str:
        """The session's ID within a cookie, which Solara gets to know."""
        return value.partition(".")[0]

    def try_password(self, body: bytes, address: str) -> bool | None:
        """Whether a form's body has the password; None if there were too many wrong ones, and it was not looked at.

        The comparison takes the same time whatever was given. The right one costs nothing: a room of forty may sit
        behind one router.
        """
        given = _digest(parse_qs(body.decode("utf-8", "replace")).get(FIELD, [""])[0])
        password = self._password

        def is_right() -> bool | None:
            return True if password is not None and hmac.compare_digest(given, password) else None

        try:
            right = self._guesses.tried(address, is_right)
        except TooMany:
            return None
        return right is not None

    def _signature(self, body: str) -> str:
        return hmac.new(self._key, body.encode(), hashlib.sha256).hexdigest()


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode("utf-8", "replace")).digest()


def form(lang: str, tried: bool | None = True) -> bytes:
    """The page that asks for the password. `tried`: False after a wrong one, None after too many."""
    title, label, enter, wrong, slow = WORDS[lang]
    note = {True: "", False: wrong, None: slow}[tried]
    return f"""<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body {{ font: 18px/1.6 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; margin: 0 16px }}
form {{ display: grid; gap: 12px; width: min(100%, 320px) }} input, button {{ font: inherit; padding: 8px }}
p {{ color: #a00; margin: 0 }}</style></head><body><form method="post"><h1>{title}</h1>
<label for="password">{label}</label>
<input id="password" name="{FIELD}" type="password" autocomplete="current-password" required autofocus>
<button>{enter}</button><p role="alert">{note}</p></form></body></html>
""".encode()
