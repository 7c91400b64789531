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
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.datamodel.registry import default_manager
from numba.core.extending import (
    NativeValue,
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    lower_setattr_generic,
    unbox,
)
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AttributeTemplate
from numba.experimental import structref


def _cache_folder() -> Path:
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
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


def compiled_in_any_order[Function: Callable[..., Any]](function: Function) -> Function:
    """As `compiled`, for sums whose order cannot change the result: several numbers are added at a time."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz"})(function)  # type: ignore[return-value]


class _LentModel(models.StructRefModel):
    """A reference whose uses are not counted: whoever handed it over keeps it until the call returns."""

    def traverse(self, builder: Any) -> list[Any]:
        """Nothing to count."""
        return []


def by_reference(name: str, fields: tuple[str, ...], module: str) -> Any:
    """A type whose values compiled code gets as one pointer; a function of `module` must make them.

    Handing a named tuple of thirty arrays from function to function costs two hundred arguments a
    call, at run time and even more at compile time; handing a reference costs one.
    """
    body = {
        "preprocess_fields": lambda _self, given: tuple((n, types.unliteral(t)) for n, t in given),
        "__module__": module,
    }
    general = type(f"Any{name}Type", (types.StructRef,), {"__module__": module})
    kind = type(f"{name}Type", (general,), body)
    default_manager.register(kind, _LentModel)
    _lend_attributes(kind)
    setattr(sys.modules[module], kind.__name__, kind)  # cached code finds the type again by its name
    proxy = type(name, (structref.StructRefProxy,), {"__module__": module})
    structref.define_constructor(proxy, kind, list(fields))
    structref.define_boxing(general, proxy)
    _lend_to_calls(kind)
    return proxy


def _lend_to_calls(kind: type[types.StructRef]) -> None:
    """A call borrows the reference from Python's object, which outlives it.

    The compiler's own way counts one use more at each call. As no use is given back (`_LentModel`), the arrays would
    never be.
    """

    @unbox(kind)
    def borrow(given: Any, proxy: Any, c: Any) -> NativeValue:
        keeper = c.pyapi.object_getattr_string(proxy, "_meminfo")
        pointer = types.MemInfoPointer(types.voidptr)
        counted = c.unbox(pointer, keeper)
        c.context.nrt.decref(c.builder, pointer, counted.value)
        c.pyapi.decref(keeper)
        reference = structref._Utils(c.context, c.builder, given).new_struct_ref(counted.value)
        return NativeValue(reference._getvalue())


def _lend_attributes(kind: type[types.StructRef]) -> None:
    """Attributes of a reference are set once, when it is made, and lent from then on.

    The compiler's own getter counts every use of an array, twice, with an atomic addition each. Nobody needs that:
    the reference keeps the arrays, and the caller keeps the reference.
    """

    @infer_getattr
    class Attributes(AttributeTemplate):
        key = kind

        def generic_resolve(self, given: Any, name: str) -> Any:  # type: ignore[override]
            return given.field_dict.get(name)

    @lower_setattr_generic(kind)
    def keep(context: Any, builder: Any, signature: Any, arguments: Any, name: str) -> None:
        given, offered = signature.args
        value = context.cast(builder, arguments[1], offered, given.field_dict[name])
        context.nrt.incref(builder, given.field_dict[name], value)
        setattr(structref._Utils(context, builder, given).get_data_struct(arguments[0]), name, value)

    @lower_getattr_generic(kind)
    def lend(context: Any, builder: Any, given: Any, value: Any, name: str) -> Any:
        found = getattr(structref._Utils(context, builder, given).get_data_struct(value), name)
        field = given.field_dict[name]
        if not isinstance(field, types.Array):
            return impl_ret_borrowed(context, builder, field, found)
        array = context.make_array(field)(context, builder, found)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()


_LINE = 64
"""Bytes that a cache loads at once, nearly everywhere."""


def _prefetch(_typing: Any, array: Any, index: Any) -> Any:
    """The signature of `prefetch`, and the code for it."""

    def ask(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(array)(context, builder, arguments[0])
        row = context.cast(builder, arguments[1], index, types.intp)
        stride = cgutils.unpack_tuple(builder, view.strides, array.ndim)[0]
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        start = builder.gep(builder.bitcast(view.data, byte), [builder.mul(row, stride)], source_etype=ir.IntType(8))
        load = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [byte, number, number, number]), "llvm.prefetch.p0"
        )
        size = context.get_abi_sizeof(context.get_data_type(array.dtype)) if array.ndim == 1 else _LINE
        for offset in (*range(0, size, _LINE), size - 1):
            place = builder.gep(start, [ir.Constant(ir.IntType(64), offset)], source_etype=ir.IntType(8))
            builder.call(load, [place, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, index), ask


prefetch: Callable[[Any, Any], None] = intrinsic(_prefetch)  # type: ignore[assignment]
"""`prefetch(array, index)`, in compiled code: ask the memory for a row that will be used soon, and do not wait for it.

A row that does not exist does no harm.
"""


def is_cached() -> bool:
    """Whether a whole run has been made with this version of the model before; the first one takes longer."""
    return (CACHE / _COMPLETE).exists()


def note_complete() -> None:
    """A whole run has been made: all that it needs is compiled."""
    if not is_cached():
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / _COMPLETE).touch()
