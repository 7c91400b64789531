"""Starts the web server of the dashboard: Solara's behind our door, for this machine alone unless told otherwise."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from sanfang.dashboard.door import limits

if TYPE_CHECKING:
    import uvicorn

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
    "SOLARA_ROOT_PATH": "",  # else the first visitor's headers would decide it for all
}

SPARE_THREADS = 20
"""More threads for pages than may be open: some are still closing."""

ALLOCATOR = {-1: 1 << 20, -3: 1 << 20, -8: 2}
"""glibc's M_TRIM_THRESHOLD and M_MMAP_THRESHOLD in bytes, and M_ARENA_MAX."""

TRIM_SECONDS = 30.0
"""How often what is still scattered among memory in use is given back."""

ENDS_WITH_US = "from sanfang.dashboard.worlds.with_server import end_with_server; end_with_server()"
"""What a process of ours does first."""

ASK_SECONDS = 0.1
"""How often it is looked whether the server answers, before it is said that it does."""

ANSWER_SECONDS = 60.0
"""How long the first page may take."""

Step = Literal["loading", "compiling", "warming_up", "starting"]
"""What is done before the server answers, in this order; `compiling` only where code of the model is not kept."""


def is_free(host: str, port: int) -> bool:
    """Whether a server can be bound there."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":  # on Windows it would share a port that is taken
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, UnicodeError):  # no name of a machine: a part of more than 63 letters, a line
        return False
    return True


def in_address(host: str) -> str:
    """A host as it stands in an address of the web: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def serve(
    host: str = "127.0.0.1",
    port: int = 8765,
    lang: str = "zh",
    *,
    allowed: Sequence[str] = (),
    password: str | None = None,
    per_address: int = limits.PAGES_PER_ADDRESS,
    build: bool = False,
    address: str = "",
    step: Callable[[Step], object] = lambda step: None,
    answers: Callable[[], object] | None = None,
) -> None:
    """Serve until interrupted. `lang` is that of an address that names none; `allowed` are further names of the server;
    `per_address` is the most pages that one address may have open, and `build` says whether visitors may build
    experiments, which writes into the working folder. `step` hears what is done first, and `answers` is
    called once `address`, which leads to the server, has answered."""
    from sanfang.dashboard.door import log

    log.start()
    most = limits.places(per_address, _open_files())
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    os.environ["SOLARA_BASE_URL"] = f"http://{in_address(host)}:{port}/"
    os.environ["SOLARA_KERNEL_MAX_COUNT"] = str(most.in_all + SPARE_THREADS)
    os.environ["SANFANG_DASHBOARD_LANG"] = lang
    os.environ["SANFANG_DASHBOARD_BOUND"] = f"{host} {port}"
    os.environ["SANFANG_DASHBOARD_BUILD"] = "1" if build else "0"

    _give_memory_back()
    _warm_up(step)
    step("starting")
    server = _server(host, port, lang, allowed, password, most)
    from sanfang.dashboard.workshop.rooms import ROOMS
    from sanfang.dashboard.worlds import builds  # it loads Solara, which has read its settings now

    if answers is not None:
        threading.Thread(target=once_it_answers, args=(server, address, answers), daemon=True).start()
    try:
        server.run()  # and not uvicorn.run, after which nobody knows that Ctrl-C ended it
    finally:
        ROOMS.end()
        builds.end()


def once_it_answers(server: uvicorn.Server, address: str, then: Callable[[], object]) -> None:
    """Call `then` when `server` has answered at `address`; not at all if it ends before.

    That it listens is not enough: the first page takes seconds. Nor is any answer: another program may have taken the
    port meanwhile, and then our server ends.
    """
    while not server.should_exit:
        if server.started and _has_answered(address):
            then()
            return
        time.sleep(ASK_SECONDS)


def _has_answered(address: str) -> bool:
    """Whether a server at `address` answers, be it that it asks for a password."""
    plain = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy would be asked for this machine
    try:
        plain.open(address, timeout=ANSWER_SECONDS).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _server(
    host: str, port: int, lang: str, allowed: Sequence[str], password: str | None, most: limits.PageLimits
) -> uvicorn.Server:
    """The door before Solara's application, to be served."""
    import solara.server.settings
    import uvicorn
    from solara.server.starlette import app as solara_app

    from sanfang.dashboard.declare import pages
    from sanfang.dashboard.door import widgets
    from sanfang.dashboard.door.app import Door
    from sanfang.dashboard.door.frames import Frames
    from sanfang.dashboard.door.hosts import Hosts
    from sanfang.dashboard.door.protocol import protocol

    widgets.install()
    door = Door(
        solara_app,
        pages=tuple(pages()),
        assets=solara.server.settings.assets.proxy_cache_dir,
        hosts=Hosts(host, allowed),
        most=most,
        password=password,
        port=port,
        lang=lang,
    )
    config = uvicorn.Config(
        door,
        host=host,
        port=port,
        http=protocol(most),
        ws=Frames,
        ws_max_size=limits.MAX_MESSAGE_BYTES,
        proxy_headers=False,  # anybody can write them
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


def _open_files() -> int | None:
    """How many files this process may have open, after asking for as many as it may ask for; None where unknown."""
    try:
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if most == resource.RLIM_INFINITY:
            return None
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    except ImportError:  # Windows
        return None
    return most


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


def _warm_up(step: Callable[[Step], object]) -> None:
    """Load what pages need, and compile or load the model, before the first visitor waits for it."""
    step("loading")
    from sanfang.model import compiled

    if not compiled.is_cached() and compiled.CODE.path is not None:  # where the code would be kept
        step("compiling")
        _in_a_process_of_its_own(play_two_days)
    compiled.when_compiling(lambda: step("compiling"))
    step("warming_up")
    play_two_days()
    step("warming_up")


def play_two_days() -> None:
    """All that viewers' worlds need is compiled and loaded then."""
    from sanfang.run.simulation import simulate
    from sanfang.scenario.scenario import Scenario

    simulate(Scenario.load("before", district="demo"), days=2)


def _in_a_process_of_its_own(work: Callable[[], None]) -> None:
    """Do what leaves files behind, and nothing in the memory: of what the compiler works with a gigabyte would stay.

    The other ends with this one, however that ends, and Ctrl-C is this one's business. Where the other cannot be begun,
    or fails, this one will compile. What lies in the working folder is not imported (`-P`).
    """
    text = f"{ENDS_WITH_US}; from {work.__module__} import {work.__name__} as work; work()"
    command = [sys.executable, "-P", "-c", text]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)
    except OSError:
        return
    with process:
        try:
            process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
