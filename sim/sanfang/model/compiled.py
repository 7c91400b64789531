"""The one door to the compiler: every hot loop of the model is compiled through `compiled`.

Machine code is kept on disk and shared by all processes. The folder's name is a digest of the sources of this package,
because the compiler's own check sees a change in a function's file, but not in the functions and the constants of other
files that it uses; and of all else that the code depends on: place of the sources, versions, kind of processor. A
compiled function outside of this package may use those of this package and of its own file.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sanfang.model import compiler_settings  # noqa: F401  before numba

# isort: split

import llvmlite  # type: ignore[import-untyped]
import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.caching import FunctionCache
from numba.core.codegen import get_host_cpu_features
from numba.core.compiler import CompileResult
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
from numba.core.serialize import dumps
from numba.core.typing.templates import AttributeTemplate
from numba.experimental import structref

from sanfang.model.code_folder import CodeFolder


def _digest() -> str:
    """Of all that compiled code depends on, apart from the types that a function is called with."""
    here, processor = Path(__file__).parent, llvmlite.binding.get_host_cpu_name()
    versions = (sys.implementation.cache_tag, numba.__version__, llvmlite.__version__)
    digest = hashlib.sha256(repr((str(here), versions, processor, get_host_cpu_features())).encode())
    for source in sorted(here.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


CODE = CodeFolder(f"compiled-{_digest()}")


_TOLD: list[Callable[[], object]] = []


def when_compiling(tell: Callable[[], object]) -> None:
    """Call `tell` whenever a function is about to be compiled, since its code is not kept.

    `is_cached` guesses what will be; another kind of run may need code that the one before it did not.
    """
    _TOLD.append(tell)


class _KeptCode(FunctionCache):
    """The machine code of one function in `CODE`: a file for each combination of types that it is called with.

    The compiler's own cache has one index for all of these. Two processes that compile at once may come to lie there
    under each other's types, and a damaged file ends in a traceback or in wrong machine code.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._py_func = function

    @property
    def cache_path(self) -> str:
        """Where the files are."""
        return str(CODE.path)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code for the types `sig`, or None."""
        target_context.refresh()
        key = self._index_key(sig, target_context.codegen())
        content = CODE.read(self._file_name(key))
        if content is not None:
            found, result = pickle.loads(content)
            if found == key:
                return CompileResult._rebuild(target_context, *result)
        for tell in _TOLD:
            tell()
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code `data` for the types `sig`."""
        if data.library.has_dynamic_globals:  # it holds addresses of this process
            return
        key = self._index_key(sig, data.codegen)
        CODE.write(self._file_name(key), dumps((key, data._reduce())))

    def _file_name(self, key: Any) -> str:
        module, name = self._py_func.__module__.removeprefix("sanfang.model."), self._py_func.__qualname__
        digest = hashlib.sha256(repr(key).encode() + Path(self._py_func.__code__.co_filename).read_bytes())
        return f"{module}.{name}-{digest.hexdigest()[:24]}"


def _kept(function: Any) -> Any:
    function._cache = _KeptCode(function.py_func)
    return function


def compiled[Function: Callable[..., Any]](function: Function) -> Function:
    """Compile `function` to machine code at its first call, and keep it on disk."""
    return _kept(numba.njit(nogil=True, error_model="numpy")(function))


def compiled_in_any_order[Function: Callable[..., Any]](function: Function) -> Function:
    """As `compiled`, for sums whose order cannot change the result: several numbers are added at a time."""
    return _kept(numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "nsz"})(function))


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


class LentRecord:
    """A record that compiled code gets as what it is, at a tenth of the price.

    Whenever the compiler is handed a record of NumPy, NumPy writes out the names and types of all of its fields: 25
    microseconds for the two hundred of a setting, ten times a day. It is asked for the record's `data`, and these bytes
    are the same memory; `_numba_type_` is where the compiler looks for a value's type.
    """

    def __init__(self, record: np.void) -> None:
        self._numba_type_ = numba.from_dtype(record.dtype)
        self.data = np.frombuffer(record, np.uint8).data


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


EIGHT = 8
"""Numbers of a row that `add_eight` adds."""


def _add_eight(_typing: Any, sums: Any, to: Any, table: Any, row: Any) -> Any:
    """The signature of `add_eight`, and the code for it."""

    def place(context: Any, builder: Any, array: Any, given: Any, row: Any, vector: Any) -> Any:
        view = context.make_array(array)(context, builder, given)
        start = builder.mul(row, cgutils.unpack_tuple(builder, view.strides, array.ndim)[0])
        byte = ir.IntType(8)
        first = builder.gep(builder.bitcast(view.data, byte.as_pointer()), [start], source_etype=byte)
        return builder.bitcast(first, vector.as_pointer())

    def add(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        single, double = ir.VectorType(ir.FloatType(), EIGHT), ir.VectorType(ir.DoubleType(), EIGHT)
        at = [context.cast(builder, arguments[n], given, types.intp) for n, given in ((1, to), (3, row))]
        total = place(context, builder, sums, arguments[0], at[0], double)
        more = builder.load(place(context, builder, table, arguments[2], at[1], single), align=4, typ=single)
        now = builder.load(total, align=8, typ=double)
        builder.store(builder.fadd(now, builder.fpext(more, double)), total, align=8)
        return context.get_dummy_value()

    return types.void(sums, to, table, row), add


add_eight: Callable[[Any, Any, Any, Any], None] = intrinsic(_add_eight)  # type: ignore[assignment]
"""`add_eight(sums, to, table, row)`, in compiled code: `sums[to] += table[row]`, of rows of eight numbers side by side,
`sums` in double and `table` in single precision. The compiler itself adds them one by one. Nothing checks the rows."""


def is_cached() -> bool:
    """Whether a whole run has been made with this version of the model before; the first one takes longer."""
    return CODE.is_complete()


def note_complete() -> None:
    """A whole run has been made: all that it needs is compiled."""
    CODE.note_complete()
