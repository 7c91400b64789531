"""Pages that look at something they share: each is told in its own context, and none can stop the others."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from sanfang.dashboard.worlds import shared_slots

log = logging.getLogger(__name__)


class Viewers:
    """Who looks. Every method may be called by any thread."""

    def __init__(self, at: str) -> None:
        """`at`: what they look at, for the log."""
        self._at = at
        self._lock = threading.Lock()
        self._viewers: dict[object, tuple[AbstractContextManager[object], Callable[[], object]]] = {}

    def __len__(self) -> int:
        return len(self._viewers)

    def join(self, told: Callable[[], object]) -> Callable[[], None]:
        """Have `told` called on this page when something has changed; returns what ends that."""
        viewer, page = object(), shared_slots.page()
        with self._lock:
            self._viewers[viewer] = page, told

        def leave() -> None:
            with self._lock:
                self._viewers.pop(viewer, None)

        return leave

    def tell(self) -> None:
        """Something has changed."""
        with self._lock:
            viewers = list(self._viewers.items())
        for viewer, (page, told) in viewers:
            if viewer not in self._viewers:  # gone meanwhile
                continue
            try:
                with page:
                    told()
            except Exception:  # whatever is wrong with one page, the others see things go on
                log.exception("a page could not be told of %s", self._at)
