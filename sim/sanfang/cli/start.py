"""Where the command `sanfang` begins: so early that Ctrl-C leaves no traceback even while the rest is being loaded."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Load the command line, and obey it."""
    try:
        from sanfang.cli.app import app
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    app()
