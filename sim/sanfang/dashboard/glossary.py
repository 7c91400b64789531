"""The glossary, in Chinese and English side by side, as one Markdown page.

Terms of the model stand here; labels of levers, metrics and headings come from their declarations, words of pages from
`words.toml`. A test holds pages to the words of the terms: python -m sanfang.dashboard.glossary > docs/glossary.md
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sanfang.dashboard.words import texts
from sanfang.metrics.catalogue import METRICS
from sanfang.metrics.declare import GROUPS
from sanfang.model.books.headings import HOUR_GROUPS, LABELS
from sanfang.report.markdown import table
from sanfang.scenario.catalogue import levers


class Term(NamedTuple):
    """A term of the model: what it is called, what it is, and the words that pages do not use for it."""

    en: str
    zh: str
    says: str
    says_zh: str
    instead_of: tuple[str, ...] = ()


TERMS = (
    Term(
        "scenario", "政策方案", "What is decided for a district: a level for every lever, and conditions that are set.",
        "对一个区作出的决定：每项政策措施的力度，以及设定的条件。", ("该情景", "政策情景"),
    ),
    Term(
        "lever", "政策措施", "One thing that a policy can do more or less of, from 0 (not at all) to 1 (all of it).",
        "政策可以多做或少做的一件事，从 0（不做）到 1（全部做到）。", ("杠杆",),
    ),
    Term("district", "区", "The place: its people, what troubles them, its offices and its money.",
         "一个地方：居民、他们的问题、机构和经费。"),
    Term("community", "社区", "The lowest office, with grid workers and officers; most needs are met or missed here.",
         "最基层的机构，有网格员和社区工作者；多数问题在此解决或被错过。"),
    Term("need, problem", "问题", "Something that troubles a resident, whether anybody was told or not.",
         "困扰居民的一件事，不论是否反映过。", ("难题",)),
    Term("urgent, hard, chronic, hoped for", "急难愁盼", "Four kinds of problems: time-critical; intertwined with others;"
         " back until its cause is treated; wished for and waited for.",
         "问题的四类：急，时限紧；难，几件交织；愁，不治本就反复；盼，期待而等候。"),
    Term("request", "诉求", "A problem that was voiced by the resident, or found by staff or data, and registered.",
         "居民反映的、或由工作人员及数据发现并登记的问题。"),
    Term("latent need", "未反映问题（潜在诉求）", "A problem that nobody has voiced and nobody has found.",
         "无人反映、也无人发现的问题。", ("隐性需求", "无人听见")),
    Term("open request", "在办诉求", "A request that is registered and not yet closed.", "已登记、尚未办结的诉求。", ("未办结",)),
    Term("hand-off", "转办", "A request goes on to another office, where it queues again.",
         "诉求转到另一机构，重新排队。", ("转手",)),
    Term("trip", "跑动", "A resident has to go somewhere, or to come again, for one matter.",
         "居民为一件事跑一次，或再跑一次。", ("跑腿",)),
    Term("bouncing", "推诿扯皮", "An office sends back what is its own to do.", "机构把自己该办的事退回去。"),
    Term("lead time", "等待入户、施工、材料", "Time in which nobody works on a case: for access, a contractor, material.",
         "案件无人办理的时间：等待入户、施工单位或材料。"),
    Term("vulnerable residents", "困难群体", "The elderly who live alone, people with a disability or with low income.",
         "独居老人、残疾人、低收入居民。", ("弱势居民", "弱势群体")),
    Term("satisfaction", "满意度", "How content a resident is with how problems are dealt with, from 0 to 1; no policy adds to"
         " it, only what the resident lives through.",
         "居民对问题办理的满意程度，0 到 1；政策不能直接增加，只取决于居民的经历。"),
    Term("waste", "浪费", "Hours and money that brought no resident nearer to a solution, by heading.",
         "没有让任何居民离解决更近的工时和经费，按科目记账。"),
    Term("ledger", "工时经费账", "Every hour and every yuan of a run, each under exactly one heading.",
         "一次运行的每一小时和每一元，各记入唯一科目。", ("台账",)),
    Term("price of a lever", "代价", "The hours or yuan that a lever takes out of the same totals.",
         "政策措施从同一总量中占用的工时或经费。"),
    Term("tasks from above", "上级任务", "Work that departments send down to communities; some of it is of use, some only"
         " fills in forms.", "部门下派给社区的工作；有的有用，有的只是填表报数。"),
    Term("coordination", "协调", "Hours spent on agreeing who does what; shown beside waste, not in it.",
         "用于商定谁做什么的工时；与浪费并列，不计入浪费。"),
    Term("partner", "社会力量", "A firm or a social organisation that does a part of the work.", "承担部分工作的企业或社会组织。",
         ("合作方",)),
    Term("paid hours", "在岗工时", "Hours for which the public pays staff, vacant posts left out.",
         "公共经费支付的工时，不含岗位空缺。", ("付薪工时",)),
    Term("warm-up", "起步期", "First days of a run that metrics leave out, since queues begin empty.",
         "运行最初的若干天，队列尚空，不计入指标。", ("预热",)),
    Term("evaluation window", "评价期", "The days of a run that its metrics look at.", "指标所看的运行天数。"),
    Term("seed", "随机种子", "The number that fixes all chance of a run: the same seed, the same troubles.",
         "决定一次运行全部偶然性的数：种子相同，问题相同。"),
    Term("replication", "重复", "The same scenario once more with another seed.", "同一政策方案换一个种子再运行一次。"),
    Term("paired difference", "配对差", "Two scenarios compared on the same seed, so that both meet the same troubles.",
         "两个方案在同一种子上相比，面对同样的问题。"),
    Term("smallest difference of interest", "最小关注差异", "A difference below which nobody would notice or care; “better” means"
         " surely more.", "小于它就无人察觉或在意；“更好”指确定大于它。"),
    Term("experiment, sweep", "实验、参数扫描（批量试验）", "Which scenarios and values are run how often; and the making of all"
         " those runs.", "哪些方案和取值各运行多少次；以及完成这些运行。"),
    Term("lesson", "情景教学", "Predict, run, and see why it came out otherwise.", "先预测，再运行，看为何与预测不同。", ("课程",)),
)  # fmt: skip
"""In the order in which a reader meets them."""

INTRODUCTION = """\
# Glossary 词汇表

One word a thing, in both languages, on every page. This page is made from the terms in `sim/sanfang/dashboard/glossary.py`,
the declarations of levers, metrics and headings, and the pages' words; do not edit it. Write it anew with
`python -m sanfang.dashboard.glossary > docs/glossary.md`. What parameters mean is in [parameters.md](parameters.md), how
the parts work in [model.md](model.md).
"""

PARTS = {
    "page": "Pages 页面",
    "measure": "Measures by day 逐日指标",
    "kind": "Kinds of problems 问题类别",
    "state": "What became of a problem 问题去向",
    "channel": "How a problem comes to be known 发现渠道",
    "tier": "Who works on it 办理层级",
    "group": "Groups of levers 措施分组",
}
"""Words of pages that are names of things: the beginning of their keys, and a heading."""


def glossary() -> str:
    """The whole page, ending in a newline."""
    return "\n".join([INTRODUCTION, *_terms(), *_levers(), *_metrics(), *_headings(), *_words()])


def named() -> Iterator[tuple[str, str]]:
    """English and Chinese of every thing that has a name of its own, terms apart."""
    yield from ((one.label_en, one.label_zh) for one in levers())
    yield from ((one.en, one.zh) for one in METRICS)
    yield from LABELS.values()
    yield from HOUR_GROUPS.values()
    yield from ((text["en"], text["zh"]) for key, text in texts().items() if key.split("_")[0] in PARTS)


def _terms() -> Iterator[str]:
    yield "## Terms of the model 模型用语\n"
    yield from table(("English", "中文", "What it is", "说明"), (term[:4] for term in TERMS))


def _levers() -> Iterator[str]:
    yield "## Levers 政策措施\n"
    rows = ((f"`{one.name}`", one.label_en, one.label_zh, one.acts, one.acts_zh) for one in levers(extensions=False))
    yield from table(("Name", "English", "中文", "What it does", "如何起作用"), rows)


def _metrics() -> Iterator[str]:
    yield "## Metrics 指标\n"
    for group, (en, zh) in GROUPS.items():
        yield f"### {en} {zh}\n"
        rows = ((f"`{one.name}`", one.en, one.zh, one.unit.name, one.unit.zh) for one in METRICS if one.group == group)
        yield from table(("Name", "English", "中文", "Unit", "单位"), rows)


def _headings() -> Iterator[str]:
    yield "## Headings of the ledger 工时经费账科目\n"
    yield from table(("Name", "English", "中文"), ((f"`{name}`", *words) for name, words in LABELS.items()))


def _words() -> Iterator[str]:
    for part, heading in PARTS.items():
        yield f"## {heading}\n"
        rows = ((text["en"], text["zh"]) for key, text in texts().items() if key.split("_")[0] == part)
        yield from table(("English", "中文"), rows)


if __name__ == "__main__":
    print(glossary(), end="")
