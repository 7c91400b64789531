"""What is set for the compiler, in variables `NUMBA_...` or a file `.numba_config.yaml`: told plainly if it is wrong.

By itself numba shows a traceback and goes on, or ends in one, and a processor feature that LLVM cannot read ends the
process. To be imported before numba.
"""

from __future__ import annotations

import os
import re
import warnings

from sanfang.scenario.errors import InputError
from sanfang.scenario.telling import in_words, listed

FEATURES = re.compile(r"([+-][\w.-]+(,[+-][\w.-]+)*)?", re.ASCII)
UNREAD = re.compile(r"Environment variable '(\w+)' is defined but its associated value '(.*)' could not be parsed.*\n"
                    r".*?\n.*^\w+: ([^\n]*)\s*\Z", re.DOTALL | re.MULTILINE)  # fmt: skip
"""What numba says of a value that it cannot read: the name, the value and why, at the end of a traceback."""


def check() -> None:
    """Import numba. Raises InputError if what is set for it cannot be used."""
    features = os.environ.get("NUMBA_CPU_FEATURES", "")
    if not FEATURES.fullmatch(features):
        raise InputError(f"NUMBA_CPU_FEATURES = {in_words(features)}: must be features such as +avx2,-avx512f")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            from numba.core import config
        except ImportError:
            raise
        except Exception as error:
            given = listed(sorted(name for name in os.environ if name.startswith("NUMBA_")))
            raise InputError(f"the compiler refuses what is set for it ({given}): {error}") from None
    for warning in warned:
        if found := UNREAD.fullmatch(str(warning.message)):
            raise InputError(f"{found[1]} = {in_words(found[2])}: {found[3]}")
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    if config.DISABLE_JIT:  # type: ignore[attr-defined]  # made from the environment
        raise InputError("NUMBA_DISABLE_JIT: the model runs in compiled code alone; unset it")


check()
