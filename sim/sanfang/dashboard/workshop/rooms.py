"""The workshops that are open on this server: found by the browser that opened one, by a code, or by a token."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Iterator

from sanfang.dashboard import limits
from sanfang.dashboard.workshop.entrance import Team, clean_code, digest
from sanfang.dashboard.workshop.kept import KeptWorkshop, all_kept
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.dashboard.workshop.setting import Setting
from sanfang.dashboard.workshop.workshop import Workshop


class Rooms:
    """Some workshops, one a browser. Every method may be called by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[Workshop] = []
        self._hosts: dict[str, str] = {}  # of each workshop that was opened here, by its id

    def open(self, host: str, setting: Setting) -> Workshop:
        """A new workshop of a browser, in place of the one it had. Raises Refused where as many are open as may be, and
        somebody looks at each."""
        return self._opened(host, lambda: Workshop(host, setting))

    def reopen(self, host: str, again: KeptWorkshop) -> Workshop:
        """One of `earlier`, open again in the same way. Raises Refused, and InputError where it cannot be read."""
        if any(one.id == again.id for one in self._all()):
            raise Refused("open")
        return self._opened(host, lambda: Workshop(host, again.setting, again))

    def earlier(self, host: str) -> Iterator[KeptWorkshop]:
        """Workshops that are kept and not open, the last ones first: those that this browser has opened, and those from
        before this server, whose hosts nobody knows any more."""
        there = {one.id for one in self._all()}
        return (one for one in all_kept() if one.id not in there and self._hosts.get(one.id, host) == host)

    def _opened(self, host: str, make: Callable[[], Workshop]) -> Workshop:
        with self._lock:
            self._forget(lambda one: one.host == host or time.monotonic() - one.used > limits.WORKSHOP_IDLE_SECONDS)
            if len(self._open) >= limits.WORKSHOPS:
                self._make_room()
            workshop = make()
            self._open.append(workshop)
            self._hosts[workshop.id] = host
        workshop.begin()
        return workshop

    def close(self, host: str) -> None:
        """End the workshop of a browser, if it has one."""
        with self._lock:
            self._forget(lambda one: one.host == host)

    def of_host(self, host: str) -> Workshop | None:
        """The workshop that a browser has opened."""
        return next((one for one in self._all() if one.host == host), None)

    def with_code(self, code: str) -> Workshop | None:
        """The workshop with this code, as somebody has typed it."""
        return self._with(clean_code(code), lambda one: one.entrance.code)

    def with_link(self, link: str) -> Workshop | None:
        """The workshop with this secret in its link."""
        return self._with(link, lambda one: one.entrance.link)

    def _with(self, secret: str, of: Callable[[Workshop], str]) -> Workshop | None:
        """The workshop of which a secret is. All are compared, each in the same time."""
        given, found = digest(secret), None
        for one in self._all():
            if hmac.compare_digest(given, digest(of(one))):
                found = one
        return found

    def with_token(self, token: str) -> tuple[Workshop, Team] | None:
        """The workshop and team of a token."""
        for one in self._all():
            team = one.entrance.of_token(token)
            if team is not None:
                return one, team
        return None

    def _all(self) -> tuple[Workshop, ...]:
        with self._lock:
            return tuple(self._open)

    def _make_room(self) -> None:
        """End the workshop at which nobody has looked for longest. Raises Refused where all are looked at."""
        left = min(self._open, key=lambda one: one.looked)
        if time.monotonic() - left.looked < limits.WORKSHOP_LEFT_SECONDS:
            raise Refused("room", most=limits.WORKSHOPS)
        self._forget(lambda one: one is left)

    def _forget(self, which: Callable[[Workshop], bool]) -> None:
        for one in [one for one in self._open if which(one)]:
            self._open.remove(one)
            one.close()


ROOMS = Rooms()
"""Those of this process."""
