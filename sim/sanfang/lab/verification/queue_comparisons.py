"""What of the request engine is compared with queueing theory, by check.

Each comparison is a queue, what theory expects of it, and what is measured in it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sanfang.lab.verification import pooling, theory
from sanfang.lab.verification.agreement import Text
from sanfang.lab.verification.queue_measures import (
    Queue,
    QueueComparison,
    gave_up,
    lengths,
    stayed,
    waited,
    waited_in_class,
    waited_longer,
)  # fmt: skip

SHARES = (0.2, 0.3, 0.4, 0.1)
"""Of the priority classes."""


def at_load(load: float) -> Text:
    """How a load is named."""
    return Text(f"load {100 * load:.0f} %", f"负荷 {100 * load:.0f}%")


def servers_label(number: int) -> Text:
    """How a number of servers is named."""
    return Text(f"{number} server" + ("s" if number > 1 else ""), f"{number} 人")


def _single() -> list[QueueComparison]:
    comparisons = [
        QueueComparison(
            Text(f"mean wait, {at_load(load).en}", f"平均等待，{at_load(load).zh}"),
            Queue(load), partial(lambda load: theory.mean_wait(load), load), waited, "wait", load,
        )
        for load in (0.5, 0.7, 0.8, 0.9, 0.95)
    ]  # fmt: skip
    label = Text("share that waits longer than 4 services, load 80 %", "等待超过 4 次办理时间的比例，负荷 80%")
    return [
        *comparisons,
        QueueComparison(label, Queue(0.8), lambda: theory.longer_wait(0.8, 1, 4.0), partial(waited_longer, 4.0)),
    ]


def _teams() -> list[QueueComparison]:
    comparisons = []
    for servers in (2, 5, 20):
        for load in (0.7, 0.85, 0.95):
            queue = Queue(load, servers)
            where = Text(
                f"{servers_label(servers).en}, {at_load(load).en}", f"{servers_label(servers).zh}，{at_load(load).zh}"
            )
            comparisons.append(
                QueueComparison(
                    Text(f"mean wait, {where.en}", f"平均等待，{where.zh}"), queue,
                    partial(lambda q: theory.mean_wait(q.load, q.servers), queue), waited, f"c{servers}", load,
                )
            )  # fmt: skip
            if servers > 2:
                comparisons.append(
                    QueueComparison(
                        Text(f"share that waits, {where.en}", f"需要等待的比例，{where.zh}"), queue,
                        partial(lambda q: theory.longer_wait(q.load, q.servers, 0.0), queue),
                        partial(waited_longer, 0.0),
                    )
                )  # fmt: skip
    return comparisons


def _spread() -> list[QueueComparison]:
    comparisons = []
    for load in (0.5, 0.8):
        for cv in (0.0, 0.5, 1.5):
            queue = Queue(load, service="lognormal" if cv else "deterministic", cv=cv)
            label = Text(f"mean wait, {at_load(load).en}, cv {cv:g}", f"平均等待，{at_load(load).zh}，变异系数 {cv:g}")
            expected = partial(lambda q: theory.mean_wait_general(q.load, q.cv), queue)
            comparisons.append(QueueComparison(label, queue, expected, waited, f"l{100 * load:.0f}", cv))
    return comparisons


def _priorities() -> list[QueueComparison]:
    return [
        QueueComparison(
            Text(
                f"mean wait of class {rank + 1}, {servers_label(servers).en}",
                f"第 {rank + 1} 类平均等待，{servers} 人",
            ),
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
    comparisons = []
    for queue in queues:
        where = Text(
            f"{servers_label(queue.servers).en}, {at_load(queue.load).en}, patience {queue.patience:g}",
            f"{servers_label(queue.servers).zh}，{at_load(queue.load).zh}，耐心 {queue.patience:g}",
        )
        expected = partial(_abandonment, queue)
        series, x = ("gave_up", queue.load) if queue.servers == 5 else ("", float("nan"))
        label = Text(f"share that gives up, {where.en}", f"放弃的比例，{where.zh}")
        comparisons.append(QueueComparison(label, queue, partial(expected, 0), gave_up, series, x))
        if queue.servers != 5:
            label = Text(f"share that waits, {where.en}", f"需要等待的比例，{where.zh}")
            comparisons.append(QueueComparison(label, queue, partial(expected, 1), partial(waited_longer, 0.0)))
    return comparisons


def _little() -> list[QueueComparison]:
    return [
        QueueComparison(
            Text(
                f"number waiting, {servers_label(servers).en}, {at_load(load).en}",
                f"在等件数，{servers} 人，{at_load(load).zh}",
            ),
            Queue(load, servers), partial(lambda s, x: theory.number_waiting(x, s), servers, load),
            lengths, f"c{servers}", load,
        )
        for servers in (1, 5)
        for load in (0.5, 0.8, 0.9)
    ]  # fmt: skip


POOLED = 0.8
"""Load at which one pool is held against separate desks."""


def _pooling() -> list[QueueComparison]:
    comparisons = [
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
        comparisons.append(
            QueueComparison(label, alone, partial(lambda c: pooling.pooled_time(POOLED, c), servers), stayed)
        )
    return comparisons


FAMILIES: dict[str, Callable[[], list[QueueComparison]]] = {
    "load": _single, "teams": _teams, "spread": _spread, "priorities": _priorities, "patience": _patience,
    "little": _little, "pooling": _pooling,
}  # fmt: skip
"""By check."""


def number_of_comparisons() -> int:
    """All comparisons in which chance has a part: the intervals allow for so many."""
    return sum(len(family()) for family in FAMILIES.values())
