"""The one door to the compiler: every hot loop of the model is compiled through `compiled`.

Machine code is cached on disk and shared by all processes. The folder carries a digest of the
sources of this package, because the compiler's own check sees a change in a function's file but
not in the functions that it calls.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import platformdirs
from numba import types
from numba.experimental import structref


def _cache_folder() -> Path:
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        text = source.read_bytes()
        if b"@compiled" in text or b"np.dtype" in text:
            digest.update(text)
    root = os.environ.get("SANFANG_CACHE") or platformdirs.user_cache_dir("sanfang")
    return Path(root) / f"compiled-{digest.hexdigest()[:16]}"


CACHE = _cache_folder()
_COMPLETE = "complete"
numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]


def compiled[Function: Callable[..., Any]](function: Function) -> Function:
    """Compile `function` to machine code at its first call, and cache it on disk."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)  # type: ignore[return-value]


def by_reference(name: str, fields: tuple[str, ...], module: str) -> Any:
    """A type whose values compiled code gets as one pointer; a function of `module` must make them.

    Handing a named tuple of thirty arrays from function to function costs two hundred arguments a
    call, at run time and even more at compile time; handing a reference costs one.
    """
    body = {
        "preprocess_fields": lambda _self, given: tuple((n, types.unliteral(t)) for n, t in given),
        "__module__": module,
    }
    kind = structref.register(type(f"{name}Type", (types.StructRef,), body))
    setattr(sys.modules[module], kind.__name__, kind)  # cached code finds the type again by its name
    proxy = type(name, (structref.StructRefProxy,), {"__module__": module})
    structref.define_proxy(proxy, kind, list(fields))
    return proxy


def is_cached() -> bool:
    """Whether a whole run has been made with this version of the model before; the first one takes longer."""
    return (CACHE / _COMPLETE).exists()


def note_complete() -> None:
    """A whole run has been made: all that it needs is compiled."""
    if not is_cached():
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / _COMPLETE).touch()
