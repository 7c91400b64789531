"""The command `sanfang` for a server that begins it: it ends with that server, however that one has ended.

The server holds the other end of its standard input, and writes nothing to it. The system closes that when the server
is gone, killed or not; then the command is asked to end, as `kill` does, and ends the run in hand. What goes on for
longer than that may take is ended.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

PATIENCE = 20.0
"""Seconds that a command has to finish its run once it is asked to stop."""

STANDARD_INPUT = 0


def end_with_server() -> None:
    """From here on this process ends when nobody holds the other end of its standard input any more."""
    threading.Thread(target=_wait, daemon=True, name="end with the server").start()


def _wait() -> None:
    # Not by `sys.stdin`: its lock would be held all the time, and Python cannot end while a thread holds that.
    while os.read(STANDARD_INPUT, 4096):
        pass
    threading.Timer(PATIENCE, os._exit, [128 + signal.SIGTERM]).start()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    if "--help" not in sys.argv:  # which nobody begins who holds the other end
        end_with_server()
    from sanfang.cli.start import main

    main()
