"""Curves of queueing theory, in the charts of the checks of the request engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sanfang.lab.verification import pooling, theory
from sanfang.lab.verification.agreement import Chart, Curve, Text
from sanfang.lab.verification.queue_comparisons import POOLED, SHARES, at_load, servers_label

_LOADS = [round(0.3 + 0.01 * n, 2) for n in range(67)]

_WAIT = Text("mean wait (1 = one mean service)", "平均等待（1 = 一次平均办理时间）")

_LOAD = Text("load", "负荷")


def _curve(series: str, label: Text, x: list[float], value: Callable[[float], float]) -> Curve:
    return Curve(series, label, x, [value(point) for point in x])


CHARTS: dict[str, Chart] = {
    "load": Chart(_LOAD, _WAIT, lambda: [_curve("wait", servers_label(1), _LOADS, theory.mean_wait)]),
    "teams": Chart(
        _LOAD, _WAIT,
        lambda: [
            _curve(f"c{c}", servers_label(c), _LOADS, partial(lambda c, x: theory.mean_wait(x, c), c))
            for c in (2, 5, 20)
        ],
    ),
    "spread": Chart(
        Text("spread of service times (coefficient of variation)", "办理时间的变异系数"), _WAIT,
        lambda: [
            _curve(f"l{100 * load:.0f}", at_load(load),
                   [0.1 * n for n in range(18)], partial(theory.mean_wait_general, load))
            for load in (0.5, 0.8)
        ],
    ),
    "priorities": Chart(
        Text("priority class (1 is served first)", "优先级（1 最先办理）"), _WAIT,
        lambda: [
            Curve(f"c{c}", servers_label(c), [1.0, 2.0, 3.0, 4.0], theory.waits_by_class(0.85, c, SHARES))
            for c in (1, 5)
        ],
    ),
    "patience": Chart(
        _LOAD, Text("share that gives up", "放弃的比例"),
        lambda: [_curve("gave_up", servers_label(5), [round(0.5 + 0.02 * n, 2) for n in range(56)],
                        lambda x: theory.abandonment(x, 5, 1.0)[0])],
    ),
    "little": Chart(
        _LOAD, Text("mean number waiting", "平均在等件数"),
        lambda: [
            _curve(f"c{c}", servers_label(c), _LOADS[:63], partial(lambda c, x: theory.number_waiting(x, c), c))
            for c in (1, 5)
        ],
    ),
    "pooling": Chart(
        Text("servers in one pool", "合署人数"),
        Text("time until done (1 = one mean service)", "办结用时（1 = 一次平均办理时间）"),
        lambda: [_curve("pool", at_load(POOLED), [float(c) for c in range(1, 21)],
                        lambda c: pooling.pooled_time(POOLED, int(c)))],
    ),
}  # fmt: skip
