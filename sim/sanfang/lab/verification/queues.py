"""Checks of the request engine alone against queueing theory (`sanfang.lab.verification.theory`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sanfang.lab.verification import pooling, theory
from sanfang.lab.verification.agreement import Chart, Check, Curve, Point, Text
from sanfang.lab.verification.queue_measures import (
    Queue,
    QueueComparison,
    compared,
    gave_up,
    lengths,
    stayed,
    waited,
    waited_in_class,
    waited_longer,
)  # fmt: skip

SHARES = (0.2, 0.3, 0.4, 0.1)
"""Of the priority classes."""

# --- The comparisons -------------------------------------------------------------------------------------


def _at(load: float) -> Text:
    return Text(f"load {100 * load:.0f} %", f"负荷 {100 * load:.0f}%")


def _servers(number: int) -> Text:
    return Text(f"{number} server" + ("s" if number > 1 else ""), f"{number} 人")


def _single() -> list[QueueComparison]:
    found = [
        QueueComparison(
            Text(f"mean wait, {_at(load).en}", f"平均等待，{_at(load).zh}"),
            Queue(load), partial(lambda load: theory.mean_wait(load), load), waited, "wait", load,
        )
        for load in (0.5, 0.7, 0.8, 0.9, 0.95)
    ]  # fmt: skip
    label = Text("share that waits longer than 4 services, load 80 %", "等待超过 4 次办理时间的比例，负荷 80%")
    return [
        *found,
        QueueComparison(label, Queue(0.8), lambda: theory.longer_wait(0.8, 1, 4.0), partial(waited_longer, 4.0)),
    ]


def _teams() -> list[QueueComparison]:
    found = []
    for servers in (2, 5, 20):
        for load in (0.7, 0.85, 0.95):
            queue = Queue(load, servers)
            where = Text(f"{_servers(servers).en}, {_at(load).en}", f"{_servers(servers).zh}，{_at(load).zh}")
            found.append(
                QueueComparison(
                    Text(f"mean wait, {where.en}", f"平均等待，{where.zh}"), queue,
                    partial(lambda q: theory.mean_wait(q.load, q.servers), queue), waited, f"c{servers}", load,
                )
            )  # fmt: skip
            if servers > 2:
                found.append(
                    QueueComparison(
                        Text(f"share that waits, {where.en}", f"需要等待的比例，{where.zh}"), queue,
                        partial(lambda q: theory.longer_wait(q.load, q.servers, 0.0), queue),
                        partial(waited_longer, 0.0),
                    )
                )  # fmt: skip
    return found


def _spread() -> list[QueueComparison]:
    found = []
    for load in (0.5, 0.8):
        for cv in (0.0, 0.5, 1.5):
            queue = Queue(load, service="lognormal" if cv else "deterministic", cv=cv)
            label = Text(f"mean wait, {_at(load).en}, cv {cv:g}", f"平均等待，{_at(load).zh}，变异系数 {cv:g}")
            expected = partial(lambda q: theory.mean_wait_general(q.load, q.cv), queue)
            found.append(QueueComparison(label, queue, expected, waited, f"l{100 * load:.0f}", cv))
    return found


def _priorities() -> list[QueueComparison]:
    return [
        QueueComparison(
            Text(f"mean wait of class {rank + 1}, {_servers(servers).en}", f"第 {rank + 1} 类平均等待，{servers} 人"),
            Queue(0.85, servers, shares=SHARES),
            partial(lambda s, r: theory.waits_by_class(0.85, s, SHARES)[r], servers, rank),
            partial(waited_in_class, rank), f"c{servers}", rank + 1,
        )
        for servers in (1, 5)
        for rank in range(len(SHARES))
    ]  # fmt: skip


def _abandonment(queue: Queue, part: int) -> float:
    assert queue.patience is not None
    return theory.abandonment(queue.load, queue.servers, queue.patience)[part]


def _patience() -> list[QueueComparison]:
    queues = [Queue(load, 5, patience=1.0) for load in (0.7, 0.9, 1.0, 1.2, 1.5)]
    queues += [Queue(0.8, 1, patience=2.0), Queue(0.95, 20, patience=0.5)]
    found = []
    for queue in queues:
        where = Text(
            f"{_servers(queue.servers).en}, {_at(queue.load).en}, patience {queue.patience:g}",
            f"{_servers(queue.servers).zh}，{_at(queue.load).zh}，耐心 {queue.patience:g}",
        )
        expected = partial(_abandonment, queue)
        series, x = ("gave_up", queue.load) if queue.servers == 5 else ("", float("nan"))
        label = Text(f"share that gives up, {where.en}", f"放弃的比例，{where.zh}")
        found.append(QueueComparison(label, queue, partial(expected, 0), gave_up, series, x))
        if queue.servers != 5:
            label = Text(f"share that waits, {where.en}", f"需要等待的比例，{where.zh}")
            found.append(QueueComparison(label, queue, partial(expected, 1), partial(waited_longer, 0.0)))
    return found


def _little() -> list[QueueComparison]:
    return [
        QueueComparison(
            Text(
                f"number waiting, {_servers(servers).en}, {_at(load).en}", f"在等件数，{servers} 人，{_at(load).zh}"
            ),
            Queue(load, servers), partial(lambda s, one: theory.number_waiting(one, s), servers, load),
            lengths, f"c{servers}", load,
        )
        for servers in (1, 5)
        for load in (0.5, 0.8, 0.9)
    ]  # fmt: skip


POOLED = 0.8
"""Load at which one pool is held against separate desks."""


def _pooling() -> list[QueueComparison]:
    found = [
        QueueComparison(
            Text(f"time until done, pool of {servers}", f"办结用时，{servers} 人合署"), Queue(POOLED, servers),
            partial(lambda c: pooling.pooled_time(POOLED, c), servers), stayed, "pool", servers,
        )
        for servers in (1, 2, 5, 10, 20)
    ]  # fmt: skip
    for servers in (2, 5, 20):
        speed = pooling.break_even_speed(POOLED, servers)
        label = Text(
            f"time until done, separate desks {speed:.2f} x as fast as a pool of {servers}",
            f"办结用时，单独办理，速度为 {servers} 人合署的 {speed:.2f} 倍",
        )
        alone = Queue(POOLED, service_time=1 / speed)
        found.append(QueueComparison(label, alone, partial(lambda c: pooling.pooled_time(POOLED, c), servers), stayed))
    return found


FAMILIES: dict[str, Callable[[], list[QueueComparison]]] = {
    "load": _single, "teams": _teams, "spread": _spread, "priorities": _priorities, "patience": _patience,
    "little": _little, "pooling": _pooling,
}  # fmt: skip
"""By check."""


def number_of_comparisons() -> int:
    """All comparisons in which chance has a part: the intervals allow for so many."""
    return sum(len(family()) for family in FAMILIES.values())


# --- Curves of theory ------------------------------------------------------------------------------------

_LOADS = [round(0.3 + 0.01 * n, 2) for n in range(67)]
_WAIT = Text("mean wait (1 = one mean service)", "平均等待（1 = 一次平均办理时间）")
_LOAD = Text("load", "负荷")


def _curve(series: str, label: Text, x: list[float], value: Callable[[float], float]) -> Curve:
    return Curve(series, label, x, [value(one) for one in x])


CHARTS: dict[str, Chart] = {
    "load": Chart(_LOAD, _WAIT, lambda: [_curve("wait", _servers(1), _LOADS, theory.mean_wait)]),
    "teams": Chart(
        _LOAD, _WAIT,
        lambda: [
            _curve(f"c{c}", _servers(c), _LOADS, partial(lambda c, x: theory.mean_wait(x, c), c)) for c in (2, 5, 20)
        ],
    ),
    "spread": Chart(
        Text("spread of service times (coefficient of variation)", "办理时间的变异系数"), _WAIT,
        lambda: [
            _curve(f"l{100 * load:.0f}", _at(load),
                   [0.1 * n for n in range(18)], partial(theory.mean_wait_general, load))
            for load in (0.5, 0.8)
        ],
    ),
    "priorities": Chart(
        Text("priority class (1 is served first)", "优先级（1 最先办理）"), _WAIT,
        lambda: [
            Curve(f"c{c}", _servers(c), [1.0, 2.0, 3.0, 4.0], theory.waits_by_class(0.85, c, SHARES)) for c in (1, 5)
        ],
    ),
    "patience": Chart(
        _LOAD, Text("share that gives up", "放弃的比例"),
        lambda: [_curve("gave_up", _servers(5), [round(0.5 + 0.02 * n, 2) for n in range(56)],
                        lambda x: theory.abandonment(x, 5, 1.0)[0])],
    ),
    "little": Chart(
        _LOAD, Text("mean number waiting", "平均在等件数"),
        lambda: [
            _curve(f"c{c}", _servers(c), _LOADS[:63], partial(lambda c, x: theory.number_waiting(x, c), c))
            for c in (1, 5)
        ],
    ),
    "pooling": Chart(
        Text("servers in one pool", "合署人数"),
        Text("time until done (1 = one mean service)", "办结用时（1 = 一次平均办理时间）"),
        lambda: [_curve("pool", _at(POOLED), [float(c) for c in range(1, 21)],
                        lambda c: pooling.pooled_time(POOLED, int(c)))],
    ),
}  # fmt: skip

# --- The checks ------------------------------------------------------------------------------------------


def _check(key: str, title: Text, claim: Text, formula: str, source: str) -> Check:
    def points(seed: int, runs: int) -> list[Point]:
        return compared(FAMILIES[key](), seed, runs, number_of_comparisons())

    return Check(key, "queue", title, claim, formula, Text(source, source), points, CHARTS[key])


CHECKS = (
    _check(
        "load",
        Text("Waiting and load: one server", "等待与负荷：一人办理"),
        Text(
            "With one server the mean wait is load / (1 - load) services: the last few per cent of load cost most.",
            "一人办理时，平均等待为 负荷/(1−负荷) 次办理时间：负荷越近 100%，每加一点代价越大。",
        ),
        "W = ρ / (1 − ρ);  P(W > t) = ρ e^(−(1 − ρ) t)",
        "M/M/1: Erlang 1917",
    ),
    _check(
        "teams",
        Text("Waiting in teams", "多人共同办理"),
        Text(
            "At the same load a larger team makes people wait less, by Erlang's formula.",
            "负荷相同，人手越多的队伍等待越短，长短由爱尔朗公式给出。",
        ),
        "W = C(c, ρ) / (c (1 − ρ)), C: Erlang's C, the chance of waiting",
        "M/M/c: Erlang 1917",
    ),
    _check(
        "spread",
        Text("Even and uneven cases", "事项长短的均匀程度"),
        Text(
            "The more the length of cases varies, the longer the wait, at the same mean and the same load.",
            "平均办理时间和负荷不变，事项长短差别越大，等待越久。",
        ),
        "W = ρ (1 + cv²) / (2 (1 − ρ))",
        "M/D/1, M/G/1: Pollaczek 1930, Khinchine 1932",
    ),
    _check(
        "priorities",
        Text("Priority classes", "优先级"),
        Text(
            "Who is served first waits less and the last wait much more, by Cobham's formula.",
            "先办的等得少，排在最后的等得多得多，由科巴姆公式给出。",
        ),
        "W(k) = W₀ / ((1 − σ(k − 1)) (1 − σ(k))), W₀ = C(c, ρ) / c, σ(k): load of classes 1 to k",
        "non-preemptive priorities: Cobham 1954",
    ),
    _check(
        "patience",
        Text("Giving up", "等不及而放弃"),
        Text(
            "The share that gives up waiting follows from load and patience, also above a load of 100 %.",
            "放弃的比例由负荷和耐心决定，负荷超过 100% 时也成立。",
        ),
        "P(gives up) = E[number waiting] / (patience × arrival rate), from the balance of births and deaths",
        "M/M/c+M (Erlang A): Palm 1957",
    ),
    _check(
        "little",
        Text("Number waiting and time waiting", "在等件数与等待时间"),
        Text(
            "The mean number waiting is the arrival rate times the mean wait.",
            "平均在等件数等于到达率乘以平均等待时间。",
        ),
        "L = λ W",
        "Little 1961",
    ),
    _check(
        "pooling",
        Text("One pool or separate desks", "合署办理与分散办理"),
        Text(
            "Separate desks take longer than one pool of the same staff; they catch up if faster by a known factor.",
            "同样的人手，分散办理比合署办理慢；只有快到已知的倍数才能追平。",
        ),
        "T(pool) = 1 + C(c, ρ) / (c (1 − ρ)); separate desks break even at speed ρ + 1 / T(pool)",
        "Erlang 1917; Smith and Whitt 1981",
    ),
)
