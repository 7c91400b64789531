"""Checks of the request engine alone against queueing theory (`sanfang.lab.verification.theory`).

What each compares is in `queue_comparisons`, its curves in `queue_charts`.
"""

from __future__ import annotations

from sanfang.lab.verification.agreement import Check, Point, Text
from sanfang.lab.verification.queue_charts import CHARTS
from sanfang.lab.verification.queue_comparisons import FAMILIES, number_of_comparisons
from sanfang.lab.verification.queue_measures import compared


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
