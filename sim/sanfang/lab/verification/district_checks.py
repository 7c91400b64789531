"""What the checks of the whole model claim: identities and limiting cases, counted in `district`."""

from __future__ import annotations

from collections.abc import Callable

from sanfang.lab.verification import district, settled_minds
from sanfang.lab.verification.agreement import Check, Point, Text

_IDENTITY = Text("identity of the model", "模型恒等式")
_LIMIT = Text("limiting case", "极限情形")


def _check(
    key: str, title: Text, claim: Text, formula: str, source: Text, points: Callable[[int, int], list[Point]]
) -> Check:
    return Check(key, "district", title, claim, formula, source, points)


CHECKS = (
    _check(
        "books",
        Text("Every hour and every yuan", "每一小时、每一元"),
        Text(
            "What is booked is what was supplied, under any policy, and no heading is below zero.",
            "无论何种政策，入账之和等于供给，且没有负数科目。",
        ),
        "Σ headings = posts × working days × shift;  Σ headings = monthly money + hours × wage",
        _IDENTITY, district.books,
    ),
    _check(
        "needs",
        Text("No need gets lost", "需求一件不漏"),
        Text(
            "Every need is in exactly one state, and silent ones counted from the records are the diary's.",
            "每件发生的需求恰处于一种状态；由记录清点的未反映需求与每日统计一致。",
        ),
        "arisen = latent + open + resolved + unresolved + withdrawn + healed",
        _IDENTITY, district.needs,
    ),
    _check(
        "repeat",
        Text("Same seed, same run", "同一种子，同一结果"),
        Text(
            "A run with the same seed is the same to the last bit; another seed brings other needs.",
            "种子相同，结果逐位相同；种子不同，需求也不同。",
        ),
        "run(seed) = run(seed)",
        _IDENTITY, district.repeat,
    ),
    _check(
        "moved",
        Text("A lever moved on the way", "中途移动措施"),
        Text(
            "A lever moved in mid-run gives the same numbers as a plan that foresaw it.",
            "中途移动一项措施，与事先写入计划的结果完全相同。",
        ),
        "follow(day, level) = schedule [[0, 0], [day, level]]",
        _IDENTITY, district.moved,
    ),
    _check(
        "troubles",
        Text("Two policies, the same troubles", "两种政策，同样的问题"),
        Text(
            "Where no policy prevents anything, two policies meet the same needs of the same residents.",
            "若政策都不起预防作用，两种政策遇到的是同一批居民的同一批需求。",
        ),
        "needs(policy A, seed) = needs(policy B, seed)",
        Text("common random numbers: Glasserman and Yao 1992", "共同随机数：Glasserman 与 Yao 1992"),
        district.troubles_of_two,
    ),
    _check(
        "silence",
        Text("Nothing happens, nothing is done", "无事则无为"),
        Text(
            "Without needs and tasks there are no requests and no work, and nobody's satisfaction moves by itself.",
            "没有需求和任务，就没有诉求和工作，居民满意度也不会自行变化。",
        ),
        "hazard = 0, tasks = 0  ⇒  requests = 0, hours worked = 0",
        _LIMIT, district.no_demand,
    ),
    _check(
        "plenty",
        Text("Staff in plenty", "人手充裕"),
        Text(
            "With far more staff and hardly any other tasks, hardly any of the time is waiting for staff (below 2 %).",
            "人手极充裕且几乎没有其他任务时，几乎不再等待人手（低于 2%）。",
        ),
        "servers → ∞  ⇒  wait for staff → 0",
        _LIMIT, district.plenty,
    ),
    _check(
        "minds",
        Text("Minds come to rest", "看法终会稳定"),
        Text(
            "Residents who meet with the same again and again come to rest where the model's own rules say they must.",
            "反复遇到同样情形的居民，其满意度、期望和信任会停在模型规则推出的数值上。",
        ),
        "expectation = ((1 − norm) D + norm L) / F;  s = u w / (1 − k (1 − u))",
        Text("fixed point of the model's rules", "模型规则的不动点"),
        settled_minds.minds,
    ),
    _check(
        "prices",
        Text("No lever is free, none costs before it acts", "措施有代价，不用则无代价"),
        Text(
            "Levers at 0 cost nothing, and with all levers at 1 each of their headings shows a price.",
            "措施为 0 时没有代价；全部为 1 时，每个科目都有代价入账。",
        ),
        "level = 0  ⇒  price = 0;  level = 1  ⇒  price > 0",
        _LIMIT, district.prices,
    ),
)  # fmt: skip
