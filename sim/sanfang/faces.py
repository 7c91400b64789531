"""What all faces of the command line share: how a wrong input is told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from sanfang.scenario.errors import InputError

INPUT_IS_WRONG = 2


@contextmanager
def user_errors() -> Iterator[None]:
    """Tell an `InputError` in one message on standard error, and end with exit status 2."""
    try:
        yield
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(INPUT_IS_WRONG) from None
