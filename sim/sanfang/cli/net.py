"""The last net under the command line: how any command ends for which nobody thought of a message."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from typer.core import TyperGroup

from sanfang.cli.endings import A_CHECK_FAILED, INPUT_IS_WRONG, orderly_end
from sanfang.cli.telling import tell_error
from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import in_words, is_obeyed

PIPE_IS_CLOSED = 141  # as a shell reports a program that wrote into a closed pipe: `sanfang ... | head`

READS_INPUT = ("sanfang.scenario.", "sanfang.lab.experiments.", "sanfang.cli.saving", "sanfang.cli.options")
"""The modules that read what a user gives. Where one of them stood last when Python could not go on with a value, the
value is at fault, and its user is told in one line. Anywhere else, in the model or in statistics, it is a defect of
ours: the traceback is shown, because we need it, and the exit status is 1. Memory that runs out is never a defect."""


class CommandLine(TyperGroup):
    """The commands of Sanfang. Every one of them ends orderly, on any terminal and into any pipe."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **more: Any) -> Any:
        """See typer. `args` are those of the command line if None."""
        _open_what_is_closed()
        _take_any_character()
        try:
            _refuse_commands_to_terminals(sys.argv[1:] if args is None else args)
            with orderly_end():
                try:
                    return super().main(args, *others, **more)
                finally:
                    sys.stdout.flush()
        except BrokenPipeError:
            _write_no_more()
            sys.exit(PIPE_IS_CLOSED)
        except InputError as error:
            tell_error(error)
            sys.exit(INPUT_IS_WRONG)
        except MemoryError:
            tell_error("not enough memory: take a smaller district or --scale, fewer points, or fewer --jobs")
            sys.exit(INPUT_IS_WRONG)
        except (ValueError, OverflowError, RecursionError) as error:
            if not _in_input(error):
                raise
            tell_error(f"the input cannot be understood: {error}")
            sys.exit(INPUT_IS_WRONG)
        except OSError as error:
            what = f"{error.filename}: " if error.filename else ""
            tell_error(f"{what}the system refuses: {error.strerror or error}")
            _write_no_more()
            sys.exit(A_CHECK_FAILED)


def _open_what_is_closed() -> None:
    """Where standard output or error is closed, as with `2>&-`, what is said goes nowhere, and the work is done."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  for as long as the process lives
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _take_any_character() -> None:
    """Show a question mark for what a terminal of latin-1 has no letter for, instead of failing."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")


def _refuse_commands_to_terminals(args: Sequence[str]) -> None:
    """Typer repeats a wrong argument as it is."""
    for argument in args:
        if is_obeyed(argument):
            tell_error(f"{in_words(argument)}: holds a control character; no argument may")
            sys.exit(INPUT_IS_WRONG)


def _in_input(error: BaseException) -> bool:
    """Whether the last of our own modules on the way to the error reads input; so if none of ours was on it."""
    names = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    own = [name for name in names if name.startswith("sanfang.") and name != __name__]
    return not own or own[-1].startswith(READS_INPUT)


def _write_no_more() -> None:
    """Nobody reads standard output any more, so that Python must not try again when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
