"""A plugin for pytest that runs the model in plain Python: the same sources, none of them compiled.

    python -m pytest -p soak.uncompiled tests/test_worked_examples.py

Compiling takes minutes and is done anew for every change of a source; a tiny district in plain Python takes seconds. So
this is how a mutant is tried (`soak.mutants`). It stands in for `sanfang.model.compiled` and gives records attributes,
as they have in compiled code. Import it before anything of the model.
"""

from __future__ import annotations

import sys
from collections import namedtuple
from types import ModuleType
from typing import Any

import numpy as np
from benchmarks.digests.interpreted import add_row

from sanfang.model.code_folder import CodeFolder


class PlainRecord(np.record):
    """A record whose fields are read as compiled code reads them: numbers of full width, rows as arrays."""

    def __getattribute__(self, name: str) -> Any:
        fields = np.void.__getattribute__(self, "dtype").fields
        if fields is None or name not in fields:
            return np.void.__getattribute__(self, name)
        kind, offset = fields[name][:2]
        value = np.void.__getattribute__(self, "getfield")(kind, offset)
        if isinstance(value, np.void):
            return value.view((PlainRecord, value.dtype))
        if isinstance(value, np.unsignedinteger):
            return value
        return value.item() if isinstance(value, np.number) else value


def with_attributes(kind: np.dtype[Any]) -> np.dtype[Any]:
    """The same type of record, and of the records in it, with attributes."""
    if kind.names is None:
        return kind
    fields = {name: (with_attributes(part), offset) for name, (part, offset, *_) in (kind.fields or {}).items()}
    names = list(kind.names)
    plain = {"names": names, "formats": [fields[n][0] for n in names], "offsets": [fields[n][1] for n in names]}
    return np.dtype((PlainRecord, np.dtype({**plain, "itemsize": kind.itemsize})))


def _as_it_is(function: Any) -> Any:
    function.py_func = function
    return function


def _stand_in() -> ModuleType:
    """A module with the names of `sanfang.model.compiled`, which compiles nothing."""
    module: Any = ModuleType("sanfang.model.compiled")
    module.compiled = module.compiled_in_any_order = _as_it_is
    module.by_reference = lambda name, fields, module: namedtuple(name, fields)
    module.LentRecord = lambda record: record
    module.prefetch = lambda array, index: None
    module.EIGHT, module.add_eight = 8, add_row
    module.is_cached = lambda: True
    module.when_compiling = module.note_complete = lambda *_: None
    module.CODE = CodeFolder("uncompiled")
    return module  # type: ignore[no-any-return]


def install() -> None:
    """Stand in for the compiler from now on."""
    assert "sanfang.model.compiled" not in sys.modules, "the model has been imported already"
    sys.modules["sanfang.model.compiled"] = _stand_in()
    from sanfang.model.kernel import records

    declared = records.record_type
    records.record_type = lambda *fields, packed=False: with_attributes(declared(*fields, packed=packed))
    from sanfang.model import setting

    told = setting.setting_of
    setting.SETTING = with_attributes(setting.SETTING)
    setting.setting_of = lambda scenario: told(scenario)
    np.seterr(over="ignore")  # keys are mixed modulo 2 ** 64


install()
