"""A record that is lent to compiled code is the record itself: its type, its memory, its numbers."""

from __future__ import annotations

import numba
import numpy as np

from sanfang.model.compiled import LentRecord, compiled
from sanfang.model.setting import setting_of
from sanfang.scenario.scenario import Scenario


@compiled
def _bounce(setting) -> float:
    return setting.casework.bounce + setting.opening


def test_compiled_code_reads_a_lent_record_as_it_reads_the_record() -> None:
    setting = setting_of(Scenario.load("before"))
    lent = LentRecord(setting)
    assert numba.typeof(lent) == numba.typeof(setting)
    assert _bounce(lent) == _bounce(setting) == float(setting["casework"]["bounce"] + setting["opening"])
    assert len(_bounce.signatures) == 1, "it is compiled once for both"


def test_what_is_lent_is_the_memory_and_outlives_the_name() -> None:
    setting = np.zeros(1, setting_of(Scenario.load("before")).dtype)
    lent = LentRecord(setting[0])
    setting["opening"] = 7.5
    del setting
    assert _bounce(lent) == 7.5
