"""What every generated page of the documentation has as a command: `--help`, maybe a language, and the page on standard
output."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence


def print_page(about: str, page: Callable[..., str], languages: Sequence[str] = ()) -> None:
    """Print the page that `page` makes, or with `--help` what `about`, a module's docstring, says of it.

    Where there are `languages`, one of them is asked for and given to `page`.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    if languages:
        parser.add_argument("lang", choices=languages, help="language of the page")
    asked = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(page(asked.lang) if languages else page(), end="")
