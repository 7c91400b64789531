"""The workshops that are open on this server: found by the browser that opened one, by a code, or by a token."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Iterator

from sanfang.dashboard import limits
from sanfang.dashboard.workshop import kept
from sanfang.dashboard.workshop.entrance import Team, clean_code, digest
from sanfang.dashboard.workshop.kept import KeptWorkshop
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.dashboard.workshop.setting import Setting
from sanfang.dashboard.workshop.workshop import Workshop


class Rooms:
    """Some workshops, one a browser. Every method may be called by any thread.

    Those that are open are a tuple, which is read without a lock: each request of a phone looks for its workshop there,
    before which all others wait. Nothing is read from a disk, or written to one, while the lock is held.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: tuple[Workshop, ...] = ()
        self._passing: set[str] = set()  # ids of those that are being opened again, or closed
        self._hosts: dict[str, str] = {}  # of each workshop that was opened here, by its id

    def open(self, host: str, setting: Setting) -> Workshop:
        """A new workshop of a browser, in place of the one it had. Raises Refused where as many are open as may be, and
        somebody looks at each."""
        return self._opened(Workshop(host, setting))

    def reopen(self, host: str, again: KeptWorkshop) -> Workshop:
        """One of `earlier`, open again in the same way, as it is on disk now. Raises Refused also where it is open or
        another browser's by now, and InputError where it cannot be read."""
        with self._lock:
            self._check(host, again.id)
            self._passing.add(again.id)
        try:
            again = kept.read(again.id)
            return self._opened(Workshop(host, again.setting, again))
        finally:
            self._passed(again.id)

    def earlier(self, host: str) -> Iterator[KeptWorkshop]:
        """Workshops that are kept and not open, the last ones first: those that this browser has opened, and those from
        before this server, whose hosts nobody knows any more."""
        return kept.all_kept(lambda id_: self._refusal(host, id_) is None)

    def earlier_one(self, host: str, id_: str) -> KeptWorkshop:
        """One of `earlier`, read anew: a page may have been drawn long ago. Raises Refused and InputError."""
        self._check(host, id_)
        return kept.read(id_)

    def _check(self, host: str, id_: str) -> None:
        refused = self._refusal(host, id_)
        if refused is not None:
            raise refused

    def _refusal(self, host: str, id_: str) -> Refused | None:
        """Why a browser may not have a workshop that is kept."""
        if self._hosts.get(id_, host) != host:
            return Refused("host")
        return Refused("open") if id_ in self._passing or any(one.id == id_ for one in self._open) else None

    def _opened(self, workshop: Workshop) -> Workshop:
        """Has it take its place, and begin."""
        try:
            with self._lock:
                gone = self._to_close(workshop.host)
                self._take(gone, workshop)
                self._hosts[workshop.id] = workshop.host
        except Refused:
            workshop.close()
            raise
        self._end(gone)
        workshop.begin()
        return workshop

    def _to_close(self, host: str) -> tuple[Workshop, ...]:
        """Those that end when this browser opens another one. Raises Refused where there is no place for it."""
        now = time.monotonic()
        gone = [one for one in self._open if one.host == host or now - one.used > limits.WORKSHOP_IDLE_SECONDS]
        if len(self._open) - len(gone) >= limits.WORKSHOPS:
            left = min((one for one in self._open if one not in gone), key=lambda one: one.looked)
            if now - left.looked < limits.WORKSHOP_LEFT_SECONDS:
                raise Refused("room", most=limits.WORKSHOPS)
            gone.append(left)
        return tuple(gone)

    def close(self, host: str) -> None:
        """End the workshop of a browser, if it has one."""
        self._close(lambda one: one.host == host)

    def end(self) -> None:
        """End all of them: the server ends."""
        self._close(lambda one: True)

    def _close(self, which: Callable[[Workshop], bool]) -> None:
        with self._lock:
            gone = tuple(filter(which, self._open))
            self._take(gone)
        self._end(gone)

    def _take(self, gone: tuple[Workshop, ...], *come: Workshop) -> None:
        """Who holds the lock has some go, and others come."""
        self._open = (*(one for one in self._open if one not in gone), *come)
        self._passing.update(one.id for one in gone)

    def _end(self, gone: tuple[Workshop, ...]) -> None:
        """Close what is open no more; from then on it may be opened again."""
        for one in gone:
            try:
                one.close()
            finally:
                self._passed(one.id)

    def _passed(self, id_: str) -> None:
        with self._lock:
            self._passing.discard(id_)

    def of_host(self, host: str) -> Workshop | None:
        """The workshop that a browser has opened."""
        return next((one for one in self._open if one.host == host), None)

    def with_code(self, code: str) -> Workshop | None:
        """The workshop with this code, as somebody has typed it."""
        return self._with(clean_code(code), lambda one: one.entrance.code)

    def with_link(self, link: str) -> Workshop | None:
        """The workshop with this secret in its link."""
        return self._with(link, lambda one: one.entrance.link)

    def _with(self, secret: str, of: Callable[[Workshop], str]) -> Workshop | None:
        """The workshop of which a secret is. All are compared, each in the same time."""
        given, found = digest(secret), None
        for one in self._open:
            if hmac.compare_digest(given, digest(of(one))):
                found = one
        return found

    def with_token(self, token: str) -> tuple[Workshop, Team] | None:
        """The workshop and team of a token."""
        for one in self._open:
            team = one.entrance.of_token(token)
            if team is not None:
                return one, team
        return None


ROOMS = Rooms()
"""Those of this process."""
