"""Starts the web server of the dashboard: Solara's, on this machine alone unless told otherwise, and offline."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import threading
import time

SETTINGS = {
    "SOLARA_APP": "sanfang.dashboard.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",  # Solara would report its use to its makers
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/",  # a file missing here fails at once, instead of being asked for outside
    "SOLARA_ASSETS_PROXY": "True",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "Sanfang 三放",
    "SOLARA_KERNEL_CULL_TIMEOUT": "1m",  # what a viewer had is let go soon after; the address brings it back
    "SOLARA_KERNEL_MAX_COUNT": "100",
}

ALLOCATOR = {-1: 1 << 20, -3: 1 << 20, -8: 2}
"""glibc's M_TRIM_THRESHOLD and M_MMAP_THRESHOLD in bytes, and M_ARENA_MAX."""

TRIM_SECONDS = 30.0
"""How often what is still scattered among memory in use is given back."""


def is_free(host: str, port: int) -> bool:
    """Whether a server can be bound there."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError:
        return False
    return True


def serve(host: str = "127.0.0.1", port: int = 8765, lang: str = "zh") -> None:
    """Serve until interrupted. `lang` is that of an address that names none."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    os.environ["SANFANG_DASHBOARD_LANG"] = lang

    _give_memory_back()
    import uvicorn

    _warm_up()
    uvicorn.run("solara.server.starlette:app", host=host, port=port, log_level="warning")


def _give_memory_back() -> None:
    """Let the worlds of viewers who left go back to the system, where the C library can be told so (glibc).

    By itself it keeps a store of freed memory for each of many threads, and after the first large array given back
    it takes arrays of that size from these stores, too: a server kept what its largest crowd had needed.
    """
    if sys.platform != "linux" or not hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        return
    for setting, value in ALLOCATOR.items():
        library.mallopt(setting, value)

    def trim() -> None:
        while True:
            time.sleep(TRIM_SECONDS)
            library.malloc_trim(0)

    threading.Thread(target=trim, name="give memory back", daemon=True).start()


def _warm_up() -> None:
    """Load what pages need, and compile or load the model, before the first visitor waits for it."""
    from sanfang.lab.simulation import simulate
    from sanfang.scenario.scenario import Scenario

    simulate(Scenario.load("before", district="demo"), days=2)
