"""What every generated page of the documentation has as a command: `--help`, and the page on standard output."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable


def print_page(about: str, page: Callable[[], str]) -> None:
    """Print the page that `page` makes, or with `--help` what `about`, a module's docstring, says of it."""
    argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(page(), end="")
