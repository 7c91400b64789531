"""The headings under which every hour and every yuan is booked: each is declared once, with its words and its group.

A constant is the heading's number, by which compiled code books. Tables, pages, metrics of waste and tests read the
rest from `HOURS`, `YUAN` and `OUTSIDE`. A new heading is one line, at the end of its list: numbers of others stay.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sanfang.scenario.catalogue import levers

WASTE, COORDINATION_GROUP = "waste", "coordination"
HOUR_GROUPS = {
    "requests": ("Residents' requests", "居民诉求"),
    "from_above": ("Tasks from above", "上级任务"),
    "base": ("Own work, services, skills", "本职、服务与培训"),
    COORDINATION_GROUP: ("Coordination", "协调"),
    WASTE: ("Waste", "浪费"),
    "patrol": ("Patrol", "巡查"),
    "idle": ("Idle", "空余工时"),
    "vacant": ("Vacant posts", "岗位空缺"),
}
"""What hours are for, in the order of charts, in English and Chinese. Coordination is what either regime spends on
coordinating itself: it is shown beside waste, and is no part of it."""
YUAN_GROUPS = ("spent", WASTE, "left")


class Heading(NamedTuple):
    """A line of the ledger."""

    name: str
    en: str
    zh: str
    group: str
    """One of `HOUR_GROUPS` or `YUAN_GROUPS`; for hours from outside, who gives them."""


HOURS: list[Heading] = []
"""Paid hours."""
YUAN: list[Heading] = []
"""Public money."""
OUTSIDE: list[Heading] = []
"""Hours that come from outside the public purse."""


def _hours(name: str, en: str, zh: str, group: str) -> int:
    return _declared(HOURS, Heading(name, en, zh, group), HOUR_GROUPS)


def _yuan(name: str, en: str, zh: str, group: str) -> int:
    return _declared(YUAN, Heading(name, en, zh, group), YUAN_GROUPS)


def _outside(name: str, en: str, zh: str) -> int:
    return _declared(OUTSIDE, Heading(name, en, zh, "outside"), ("outside",))


def _declared(headings: list[Heading], new: Heading, groups: Collection[str]) -> int:
    """The number of a heading that is added."""
    assert new.group in groups, f"{new.name}: no group {new.group!r}"
    assert new.name not in {other.name for other in headings}, f"{new.name}: declared twice"
    headings.append(new)
    return len(headings) - 1


# --- Hours ------------------------------------------------------------------------------------------------

IDLE = _hours("idle", "idle", "空余工时", "idle")  # 0 must be the engine's IDLE
VACANT = _hours("vacant", "vacant", "岗位空缺", "vacant")  # 1 must be the engine's VACANT
IDLE_MISMATCH = _hours("idle_while_others_wait", "idle while the same work waits elsewhere", "忙闲不均", WASTE)
PATROL = _hours("patrol", "patrol", "巡查", "patrol")
HANDLING = _hours("handling", "handling", "办理", "requests")
REWORK = _hours("rework", "doing it again", "返工", WASTE)
MISDIRECTED = _hours("misdirected", "working on the wrong thing", "误判误办", WASTE)
INTAKE = _hours("intake", "intake", "受理", "requests")
RELAY = _hours("relay", "passing requests up", "层层上报", WASTE)
BOUNCED = _hours("bounced", "passing the buck", "推诿扯皮", WASTE)
TASKS_USEFUL = _hours("tasks_useful", "useful tasks from above", "有用的上级任务", "from_above")
TASKS_FORM = _hours("tasks_form", "filling in forms", "形式主义任务（填表报数）", WASTE)
TASKS_FOLLOWED = _hours(
    "tasks_followed", "tasks done by those who came with them", "随任务而来的人办的任务", "from_above"
)
OWN_WORK = _hours("own_work", "own work", "本职工作", "base")
FUND_ADMIN = _hours("fund_admin", "bookkeeping of community funds", "社区资金记账", COORDINATION_GROUP)
COLLECTIVE = _hours("collective_economy", "raising collective income", "集体经济经营", "base")
TRAINING = _hours("training", "training", "培训", "base")
TRAINING_LOST = _hours("training_lost", "training that left with people", "培训随人流失", WASTE)
SERVICE_DESK = _hours("service_desk", "service desks", "服务窗口", "base")
COORDINATION = _hours("coordination", "coordination and reporting", "协调与上报", COORDINATION_GROUP)
LIST_UPKEEP = _hours("list_upkeep", "upkeep of lists", "清单维护", COORDINATION_GROUP)
VETTING = _hours("vetting", "vetting of tasks", "任务准入审核", COORDINATION_GROUP)
VETTING_WRONG = _hours("vetting_wrong", "wrong vetting", "准入误判", WASTE)
ASSESSMENT = _hours("assessment", "assessing departments", "考核部门", COORDINATION_GROUP)
PROPOSALS = _hours("proposals", "writing proposals", "撰写建议", COORDINATION_GROUP)
SURVEYS = _hours("surveys", "surveys", "需求调查", "base")
TAILORING = _hours("tailoring", "personal plans", "一人一策", "requests")
DATA_ENTRY = _hours("data_entry", "data entry", "数据录入", "base")
DATA_IN_VAIN = _hours("data_entry_in_vain", "data entry that found nothing", "无效录入", WASTE)
TRIAGE = _hours("triage", "triage", "分类处置", COORDINATION_GROUP)
CASE_MANAGEMENT = _hours("case_management", "case management", "一案一专员统筹", COORDINATION_GROUP)
METHODS = _hours("methods", "writing down methods", "编写工作法", "base")
TASKS_RETURNED = _hours("tasks_returned", "tasks sent back", "退回的任务", "from_above")
VOLUNTEERS = _hours("volunteers", "raising volunteers", "组织志愿者", COORDINATION_GROUP)
CONTACTS = _hours("contact_households", "coordinating contact households", "联户员协调", COORDINATION_GROUP)
INTERNAL = _hours("internal_resources", "finding resources of the area", "寻找辖区资源", COORDINATION_GROUP)
COLLABORATION = _hours("collaboration", "meetings of many parties", "多方会商", COORDINATION_GROUP)
CONSULTATION = _hours("consultation", "forums", "议事协商会", COORDINATION_GROUP)
FORUMS_IN_VAIN = _hours("forums_without_agreement", "forums without agreement", "未达成的协商", WASTE)
CAMPAIGNS = _hours("campaigns", "telling residents of new services", "新服务宣传告知", COORDINATION_GROUP)
DUPLICATES = _hours("duplicates", "looking for duplicates", "查重并单", COORDINATION_GROUP)
HANDLED_TWICE = _hours("handled_twice", "coming to what is done", "重复办理", WASTE)
REMINDERS = _hours("reminders", "answering reminders", "应对催办", WASTE)

for _lever in levers():  # the hours of extensions are declared with them
    if _lever.books is not None:
        _hours(_lever.heading, *_lever.books)

# --- Money ------------------------------------------------------------------------------------------------

Y_WAGES = _yuan("wages", "wages", "工资", "spent")
Y_VACANT = _yuan("vacant", "vacant", "岗位空缺", "left")
Y_CASES = _yuan("cases", "money for cases", "办事经费", "spent")
Y_SERVICES = _yuan("services", "services", "服务", "spent")
Y_OVERSUPPLY = _yuan("services_oversupplied", "services nobody needed", "供给过剩", WASTE)
Y_TERMINALS = _yuan("terminals", "terminals", "自助终端", "spent")
Y_TERMINALS_UNUSED = _yuan("terminals_unused", "unused terminals", "终端闲置", WASTE)
Y_MARKET = _yuan("market_services", "market services", "市场化服务", "spent")
Y_CONTRACTS = _yuan("contracts", "contracts", "合同", "spent")
Y_CONTRACTS_UNUSED = _yuan("contracts_unused", "unused contracts", "合同闲置", WASTE)
Y_DATA = _yuan("data_system", "data system", "数据系统", "spent")
Y_RECOGNITION = _yuan("recognition", "recognition", "激励", "spent")
Y_PLATFORM = _yuan("digital_platform", "digital platform", "数字化平台", "spent")
Y_STRANDED = _yuan("stranded", "money stranded in one pot", "资金沉淀", WASTE)
Y_UNSPENT = _yuan("unspent", "unspent", "未用", "left")

# --- Hours from outside -------------------------------------------------------------------------------------

O_PARTNERS = _outside("partners", "firms and social organisations", "企业和社会组织")
O_VOLUNTEERS = _outside("volunteers", "volunteers", "志愿者")
O_CONTACTS = _outside("contact_households", "members of contact groups", "联户员")
O_INTERNAL = _outside("internal_resources", "units and people of the area", "辖区单位和居民")
O_FORUMS = _outside("residents_in_forums", "residents in forums", "参加协商的居民")

# --- All of them, or of a group -----------------------------------------------------------------------------


def names(headings: list[Heading], group: str | None = None) -> tuple[str, ...]:
    """The names of headings, or of those of one group, in their order."""
    return tuple(heading.name for heading in headings if group in (None, heading.group))


def number(heading: str) -> int:
    """The number of a heading of hours, for one that has no constant here."""
    return HOUR_HEADINGS.index(heading)


HOUR_HEADINGS, YUAN_HEADINGS, OUTSIDE_HEADINGS = names(HOURS), names(YUAN), names(OUTSIDE)
WASTED_HOURS, WASTED_YUAN = names(HOURS, WASTE), names(YUAN, WASTE)
COORDINATION_HOURS = names(HOURS, COORDINATION_GROUP)
LABELS = {heading.name: (heading.en, heading.zh) for heading in (*YUAN, *HOURS)}
"""In English and Chinese, of paid hours and public money."""
