"""How people and offices behave: the uncertainties of the model, and the conditions of the dilemmas."""

from __future__ import annotations

from typing import Literal

from sanfang.scenario.declare import Section, choice, param
from sanfang.scenario.limits import MAX_DAYS


class RunLength(Section):
    """How long a run lasts and what part of it counts."""

    days: int = param(365, "days", 1, MAX_DAYS, "Length of a run", "模拟天数", role="constant")
    start: Literal["steady", "empty"] = choice(
        "steady", "The district on day 0: as it stands under its present policy, or without any need", "起始状态（稳态或空白）"
    )
    warm_up: int = param(
        90, "days", 0, MAX_DAYS, "Days after an empty start that metrics leave out", "空白起步期天数", role="constant"
    )

    replicate: Literal["map", "residents", "troubles"] = choice(
        "residents",
        "What another seed draws anew: map, people and troubles; people and troubles; troubles alone",
        "换种子时重新抽取什么（地图、居民、诉求）",
    )

    @property
    def left_out(self) -> int:
        """Days from day 0 on that metrics leave out: none after a steady start."""
        return self.warm_up if self.start == "empty" else 0


class Needs(Section):
    """How needs arise, last and vanish."""

    hazard_cap: float = param(8.0, "x base hazard", 2, 50, "Highest hazard that candidates stand for", "发生率上限")
    heal_urgent: float = param(0.03, "per day", 0, 1, "A silent 急 need, or one given up, vanishes by itself", "急·自愈率")
    heal_hard: float = param(0.005, "per day", 0, 1, "A silent 难 need, or one given up, vanishes by itself", "难·自愈率")
    heal_chronic: float = param(0.008, "per day", 0, 1, "A silent 愁 need, or one given up, vanishes by itself", "愁·自愈率")
    heal_hoped: float = param(0.004, "per day", 0, 1, "A silent 盼 need, or one given up, vanishes by itself", "盼·自愈率")
    met_by_service: float = param(0.02, "per day", 0, 1, "Latent 盼 need is met where services cover demand", "盼·服务满足率")
    parts_hard: float = param(0.6, "0-1", 0, 1, "Chance of each of two further parts in a 难 need", "难·复合概率")
    parts_other: float = param(0.04, "0-1", 0, 1, "Chance of each further part in other needs", "其他·复合概率", source="assumed, 0.02 to 0.08: with 难 needs it makes 0.18 of all composite; 42 % of one county's fire-safety orders")
    recurrence_days: float = param(60.0, "days", 1, 1000, "Mean time until an untreated 愁 need is back", "愁·复发间隔")
    cause_treated: float = param(0.4, "0-1", 0, 1, "Chance that handling treats a cause", "治本概率")
    tailored_cause: float = param(0.25, "0-1", 0, 1, "Gain in that chance with a personal plan [H1b]", "个性化治本增益")


class Worsening(Section):
    """Needs that grow worse while they wait [急, 愁], and days on which many arise."""

    urgent_days: float = param(0.0, "calendar days", 0, 1000, "Mean time from its arising until a 急 need that waits grows worse; 0: it never does", "急·恶化时间（0为不恶化）", source="assumed, 2 to 30")
    effort: float = param(1.5, "ratio", 1, 10, "Work and money that it takes then, over before", "恶化后工时经费倍数", source="assumed, 1.1 to 3")
    spreads: float = param(0.1, "0-1", 0, 1, "Chance that it then reaches a neighbour, who has the same need", "恶化波及邻居概率", source="assumed, 0 to 0.3: a leak reaches the flat below")
    harder: float = param(0.0, "ratio", 0, 2, "Work that a 愁 need takes more each time that it is back, over the first time, up to the fifth", "愁·每次复发加重", source="assumed, 0 to 0.3")
    swing: float = param(0.0, "log sd", 0, 1, "How far demand swings from week to week", "诉求量周波动", source="Taipei 2015-2018, reports: 0.080 (docs/demand.md); 0 is the model without bursts")
    swing_memory: float = param(0.58, "0-1", 0, 0.99, "How much of a week's swing is left in the next", "周波动持续性", source="Taipei 2015-2018, reports: 0.58 (docs/demand.md)")
    day_noise: float = param(0.0, "log sd", 0, 1, "How much demand differs from day to day beyond chance", "诉求量日波动", source="Taipei 2015-2018, reports: 0.120 (docs/demand.md); 0 is the model without bursts")
    storms: float = param(0.0, "per year", 0, 50, "Storms, from July to September", "每年风暴次数", source="Taipei 2015-2018: 2.0 a year (docs/demand.md)")
    storm_excess: float = param(4.0, "days of usual demand", 0, 100, "Needs that a storm brings, most of them in the first days", "每次风暴额外诉求", source="Taipei 2015-2018, reports: 4.0 (docs/demand.md)")


class Sharing(Section):
    """Troubles that concern several residents: reported more than once, and gone for all at once."""

    others: float = param(0.0, "residents", 0, 5, "Mean number of others whom a shared trouble concerns; 0: every trouble is one resident's own", "共同问题波及的其他居民数（0为不共担）", source="assumed, 1 to 5")
    recognised: float = param(0.7, "0-1", 0, 1, "Chance that an office sees that the trouble of a new request is being handled", "重复件识别率", source="assumed, 0.3 to 0.95")
    turned_away: float = param(0.2, "0-1", 0, 1, "Share of recognised requests that are closed as duplicates, unresolved; the others close with the first", "重复件直接退办比例", source="assumed, 0 to 0.5")
    check_hours: float = param(0.03, "hours", 0, 1, "Work of looking whether a new request is a duplicate", "查重工时", source="assumed, 0.01 to 0.1")
    look_hours: float = param(0.5, "hours", 0, 8, "Most work that a part takes whose trouble another request has ended", "到场发现已办结的工时", source="assumed, 0.2 to 2")


class Voice(Section):
    """Who speaks up, when and where [D2c]."""

    rate_urgent: float = param(1.6, "per day", 0, 10, "Rate at which a 急 need is voiced at full trust", "急·反映率")
    rate_hard: float = param(0.30, "per day", 0, 10, "The same for 难", "难·反映率")
    rate_chronic: float = param(0.12, "per day", 0, 10, "The same for 愁", "愁·反映率")
    rate_hoped: float = param(0.05, "per day", 0, 10, "The same for 盼", "盼·反映率")
    trust_power: float = param(1.0, "-", 0, 4, "How strongly trust governs voice", "信任影响")
    again: float = param(0.0, "per day", 0, 5, "Rate at which a trouble that was given up or closed in vain is voiced again, by its owner or a neighbour; 0: never", "再次反映率（0为不再反映）", source="assumed, 0.005 to 0.1: repeats are 10 to 20 % of requests in published figures")
    neighbours: float = param(0.0, "log rate", 0, 20, "How strongly people speak up by what neighbours have met with: for each unit of their satisfaction over the level that counts as satisfied; 0: not at all", "邻里经历对反映的影响（0为无）", source="assumed, 0 to 4")
    trip_deterrence: float = param(0.5, "per trip", 0, 3, "How strongly expected trips deter", "跑动阻碍")
    app: float = param(0.25, "0-1", 0, 1, "Use of the app, at full digital literacy", "使用APP比例")
    hotline: float = param(0.10, "0-1", 0, 1, "Use of the hotline", "使用热线比例", source="0.05 to 0.2: about 0.15 dispatched per resident-year, Qingdao 2021Q1 0.386, of which 40 % dispatched")
    department_window: float = param(0.15, "0-1", 0, 1, "Use of a department's window", "政务大厅窗口比例")
    visits_in_hours: float = param(0.0, "0-1", 0, 1, "Share of needs taken to a window whose owner comes in opening hours; the others leave word outside them", "上班时间到窗口比例", source="assumed, 0 to 1: two visits in three fall into opening hours by the profile of calls alone")
    online: float = param(0.6, "0-1", 0, 1, "Share of window visits that go online with a full platform, at full digital literacy [M3]", "平台分流窗口比例", source="assumed, 0.4 to 0.8: Shanghai 2022 counts 84 % of matters, with any online step and firms' own")


class Channels(Section):
    """How residents choose by which channel they speak up, and how many callers the hotline answers."""

    choice: float = param(0.0, "log odds", 0, 50, "How strongly a channel is preferred for what it brings, over one that brings nothing; 0: fixed shares", "渠道选择强度（0为固定比例）", source="assumed, 0 to 8")
    step: float = param(0.3, "0-1", 0, 1, "Step of what a channel is known for towards what it has just brought", "渠道印象调整", source="assumed, 0.1 to 0.5: as steps of satisfaction")
    calls: float = param(0.0, "requests per 1,000 residents and day", 0, 1000, "Callers with a problem whom the hotline can answer; 0: all", "热线每日接听能力（0为不限）", source="assumed: callers of Taipei's 1999 did not get through in spring 2022; nobody has published how many")


class Discovery(Section):
    """How unvoiced needs are found."""

    patrol: float = param(0.15, "per day", 0, 5, "Chance to find a fully visible need with an hour's patrol a day per 100 households", "巡查发现率")
    stranger_patrol: float = param(0.5, "ratio", 0, 1, "What a patrol by somebody new to the grid finds, over one by who knows it", "生手巡查效果", source="assumed, 0.2 to 0.9")
    patrol_cap: float = param(2.5, "hours", 0, 12, "Most hours a day that a grid worker patrols", "每日巡查上限")
    data: float = param(0.03, "per day", 0, 1, "Chance to find a fully visible need from complete data [H1c]", "数据发现率")
    footprint: float = param(0.5, "ratio", 0, 2, "What a platform's data show of a fully digital person, over complete entered data [M3]", "平台数据增益")


class Casework(Section):
    """Intake, diagnosis, routing, handling and result of a case."""

    wrong_window: float = param(0.3, "0-1", 0, 1, "Chance that a window sends a resident on", "跑错窗口概率")
    wrong_window_days: float = param(1.0, "working days", 0, 30, "Mean time lost by it", "跑错窗口延误")
    further_trip: float = param(0.6, "0-1", 0, 1, "Chance of a further trip for a matter decided above the community (half for others)", "再次跑动概率")
    services_offered: float = param(0.3, "0-1", 0, 1, "Share of devolvable services that a community can offer before the reform", "社区原有可办事项")
    registration_days: float = param(0.25, "working days", 0, 10, "Mean time until a batch of requests is registered", "登记批次")
    intake_hours: float = param(0.12, "hours", 0, 5, "Work to take in a request", "受理工时")
    diagnosis: float = param(0.85, "0-1", 0, 1, "Chance that a part is diagnosed right before the reform", "诊断准确率", source="assumed, 0.75 to 0.95; with bounce it gives the 30 % of Fuzhou cases that were transferred")
    precise_diagnosis: float = param(0.10, "0-1", 0, 0.5, "Gain in that chance with precise identification [H1a]", "精准识别增益")
    platform_diagnosis: float = param(0.04, "0-1", 0, 0.5, "Gain in that chance with shared data [M3]", "平台诊断增益")
    misdirected_share: float = param(0.4, "0-1", 0, 2, "Share of the needed hours spent on a wrong diagnosis", "误诊工时比例")
    relay_hours: float = param(0.35, "hours", 0, 10, "Street office work to pass a part on", "转办工时")
    handoff_days: float = param(0.5, "working days", 0, 30, "Mean time each hand-off takes", "转办时间")
    approval_days: float = param(1.5, "working days", 0, 60, "Mean time of a department's approval", "审批时间")
    bounce: float = param(0.2, "0-1", 0, 0.95, "Chance that a receiver declares itself not in charge", "推诿扯皮概率", source="Fuzhou rivers 2016-2018: 30 % of cases transferred at least once")
    clear_bounce: float = param(0.8, "0-1", 0, 1, "Part of it that clear lists end [F3a]", "清单消除推诿扯皮")
    platform_bounce: float = param(0.4, "0-1", 0, 1, "Part of it that shared data end [M3]", "平台消除推诿扯皮")
    meeting_days: float = param(2.5, "working days", 0, 60, "Mean wait for the meeting that handles a composite case jointly [M2a]", "联席会议等待", source="assumed, 1 to 5: a weekly meeting")
    local_knowledge: float = param(1.15, "ratio", 0.5, 3, "Speed of base staff thanks to local knowledge", "本地知识")
    uneven_decision: float = param(0.06, "0-1", 0, 1, "Chance that a devolved decision is wrong", "下放决策失误率")
    fixed: float = param(0.55, "0-1", 0, 1, "Chance of a full fix by an unskilled worker", "解决概率(无技能)", source="assumed, 0.4 to 0.7")
    fixed_skill: float = param(0.35, "0-1", 0, 1, "Gain in that chance with full skill", "技能增益")
    partly_fixed: float = param(0.6, "0-1", 0, 1, "Share of the rest that is partly fixed", "部分解决比例")
    partly_quality: float = param(0.55, "0-1", 0, 1, "Worth of a partial fix", "部分解决价值")
    partner_skill: float = param(0.8, "0-1", 0.05, 1, "Skill of local firms and social organisations", "社会力量技能")
    strength: float = param(0.1, "0-1", 0, 0.95, "Gain in it where each takes what it is best at [M2a]", "优势分工增益")
    helper_skill: float = param(0.6, "0-1", 0.05, 1, "Skill of units and residents who help with simple work [M1]", "内部力量技能")
    comes_back: float = param(0.6, "0-1", 0, 1, "Chance that a case that was not fixed is brought back", "重复反映概率", source="assumed, 0.3 to 0.9")
    comes_back_days: float = param(6.0, "working days", 0, 200, "Mean time until it is brought back", "重复反映间隔")
    rework: float = param(0.6, "0-1", 0, 2, "Hours of a second attempt over the first", "返工工时比例")
    tasks_first: float = param(0.8, "0-1", 0, 1, "Chance that a task from above, or a street's own work, goes before residents' requests [D2d]", "上级任务优先")
    chores_yield: float = param(0.0, "0-1", 0, 1, "Share of chores (intake, surveys, plans, and other small work of offices) that wait until no resident's request does", "杂务让位比例", source="assumed: a convention, nobody has recorded it; 0 is one line with requests")
    grids_help: float = param(0.0, "0-1", 0, 1, "Share of the office's cases and tasks that idle grid workers of the community may take", "网格员可分担窗口工作比例", source="assumed, 0.3 to 0.9: what needs no signature")
    offices_help: float = param(0.0, "0-1", 0, 1, "Share of the grid workers' cases and tasks that idle officers of the community may take", "社区人员可分担网格工作比例", source="assumed, 0.3 to 0.9")
    last_start: float = param(0.0, "hours", 0, 4, "Time before closing from which on nobody begins a piece of work", "收工前停办时间", source="assumed: a convention, nobody has recorded it; what is not finished at closing goes on next morning")
    own_work_first: float = param(0.7, "0-1", 0, 1, "Chance that a department's own work goes before what communities send up", "部门自办优先")


class Terminals(Section):
    """Self-service terminals as machines [F2b]: they break, are full, and take their time."""

    fails_days: float = param(0.0, "calendar days", 0, 10000, "Mean time until a community's terminals are out of order; 0: never", "终端故障间隔（0为不故障）", source="assumed, 10 to 200")
    repair_days: float = param(3.0, "calendar days", 0.1, 100, "Mean time until they work again", "终端修复时间", source="assumed, 0.5 to 14")
    room: float = param(0.0, "ratio", 0, 100, "Uses that a day has room for over the mean day's room (`prices.terminal_capacity`); 0: no bound", "终端每日容量倍数（0为不限）", source="assumed, 1 to 3: a day's uses come in a few hours")
    minutes: float = param(0.0, "minutes", 0, 600, "Time that a matter takes at a terminal", "终端办理时间", source="assumed, 5 to 30")


class TakeUp(Section):
    """How residents come to know of services that are new: terminals, the platform, services at the community."""

    known: float = param(1.0, "0-1", 0, 1, "Share of residents who know of a new service on its first day; 1: everybody", "新服务首日知晓率", source="assumed, 0 to 1; 1 is the model without take-up")
    campaign: float = param(0.3, "per year", 0, 50, "Rate at which a campaign tells those who do not know", "宣传告知率", source="assumed, 0.03 to 3: mass media alone reach 0.03 a year of the buyers of new products (Sultan, Farley and Lehmann 1990)")
    word_of_mouth: float = param(0.38, "per year", 0, 50, "Rate at which those who know tell those who do not", "口口相传率", source="mean of 213 applications of the Bass model (Sultan, Farley and Lehmann 1990); 0.2 to 2")
    by_experience: float = param(0.0, "log rate", 0, 20, "How strongly word of mouth follows what people of the community have met with: for each unit of their satisfaction over the level that counts as satisfied; 0: not at all", "口碑随经历变化强度（0为无）", source="assumed, 0 to 5")


class Mind(Section):
    """What residents make of their experiences. No lever is read where these are used."""

    expectation_days: float = param(5.0, "calendar days", 0.1, 365, "Mean wait expected at the start", "初始期望天数")
    expectation_spread: float = param(0.5, "log sd", 0, 2, "How much persons differ in it", "期望差异")
    urgent_expectation: float = param(0.3, "ratio", 0.01, 1, "Wait expected for 急 over ordinary", "急·期望比")
    hard_expectation: float = param(2.0, "ratio", 0.1, 10, "Wait expected for 难 over ordinary", "难·期望比")
    hoped_expectation: float = param(4.0, "ratio", 0.1, 20, "Wait expected for 盼 over ordinary", "盼·期望比")
    impatience: float = param(0.35, "-", 0, 5, "Discount of a result for each expected wait that it is late", "迟到折扣")
    satisfaction: float = param(0.65, "0-1", 0, 1, "Mean satisfaction at the start", "初始满意度")
    trust: float = param(0.55, "0-1", 0, 1, "Mean trust at the start", "初始信任度")
    spread: float = param(0.15, "sd", 0, 0.5, "How much persons differ in both", "个体差异")
    learn_up: float = param(0.15, "0-1", 0, 1, "Step of satisfaction towards a better experience", "正向调整")
    learn_down: float = param(0.30, "0-1", 0, 1, "Step of satisfaction towards a worse experience", "负向调整")
    trust_step: float = param(0.15, "0-1", 0, 1, "Step of trust towards an experience", "信任调整")
    expectation_step: float = param(0.2, "0-1", 0, 1, "Step of expectation towards what an experience leaves", "期望调整")
    norm: float = param(0.5, "0-1", 0, 1, "Share of the promised wait, over the wait met, in what an experience leaves of expectation", "承诺时限在期望中的权重", source="assumed, 0.2 to 0.8: satisfaction follows what should be rather than what will be (Favero and Kim 2021), yet expected waits follow those met (James 2011)")
    erosion: float = param(0.002, "per day", 0, 0.1, "Loss of satisfaction by an unresolved need", "未解决侵蚀")
    trip_cost: float = param(0.08, "per trip", 0, 1, "Loss of an experience by each trip", "跑动损失")
    peer_pull: float = param(0.05, "0-1", 0, 1, "Weekly pull of neighbours on expectation and trust", "邻里影响")
    ties: int = param(4, "count", 0, 10, "Ties of a resident (even)", "社会联系数")
    rewired: float = param(0.1, "0-1", 0, 1, "Share of ties to anyone in the community instead of the grid", "跨网格联系")
    satisfied_from: float = param(0.6, "0-1", 0, 1, "Experience or satisfaction that counts as satisfied", "满意阈值", role="constant")
    reached: float = param(0.8, "0-1", 0, 1, "Share of closed requests that a call-back reaches", "回访接通率", source="Jiangyin 2023 82 %, a London landlord 2017 79 %; 0.6 to 0.9")
    polite: float = param(0.85, "0-1", 0, 1, "Share of the dissatisfied who answer politely", "礼貌性好评", source="official rates of 92 to 100 % against 51 to 82 % unprompted: 0.56 to 1; such that call-backs give 0.94 as in Qingdao")


class Limits(Section):
    """Time limits, in calendar days from voicing: what the rates of answers and of resolution in time refer to, and
    what residents are promised (`mind.norm`)."""

    answer_urgent: float = param(1.0, "calendar days", 0.01, 365, "First answer to a 急 request", "急·响应时限", role="constant", source="Beijing draft standard 2021: utilities 24 hours")
    answer: float = param(3.0, "calendar days", 0.01, 365, "First answer to any other request", "响应时限", role="constant", source="Shibei, Qingdao, 2017: feedback within 3 working days")
    resolve_urgent: float = param(3.0, "calendar days", 0.01, 365, "Resolution of a 急 request", "急·办结时限", role="constant", source="assumed, 1 to 7")
    resolve_hard: float = param(15.0, "calendar days", 0.01, 365, "Resolution of a 难 request", "难·办结时限", role="constant", source="Beijing draft standard 2021: complex, 15 days")
    resolve_chronic: float = param(7.0, "calendar days", 0.01, 365, "Resolution of a 愁 request", "愁·办结时限", role="constant", source="Beijing draft standard 2021: ordinary, 7 days")
    resolve_hoped: float = param(15.0, "calendar days", 0.01, 365, "Resolution of a 盼 request", "盼·办结时限", role="constant", source="Beijing draft standard 2021: complex, 15 days")


class Assessment(Section):
    """What offices are held to: the limits of the requests that are measured, those by hotline and app (三率考核), and
    the kinds of work among which they shift their hours."""

    held: float = param(0.0, "0-1", 0, 1, "Share of measured requests whose limit offices are held to; 0: none", "考核时限约束比例（0为不考核）", source="assumed, 0 to 1; 0 is the model in which nothing is served for being measured")
    near_days: float = param(2.0, "calendar days", 0.1, 60, "Time before its limit from which such a request goes first", "临近时限时间", source="assumed, 0.5 to 5")
    hurry: float = param(0.25, "0-1", 0, 0.9, "Part of the work on it that haste saves then", "赶办节省工时比例", source="assumed, 0 to 0.5")
    haste_costs: float = param(0.15, "0-1", 0, 1, "Part of the chance of a full fix that haste loses", "赶办质量损失", source="assumed, 0 to 0.4")
    in_vain: float = param(0.2, "0-1", 0, 1, "Chance that it is closed at its limit although nobody has solved it; half of it half-way there, and the same again for each `near_days` that it is late", "到期虚假办结概率", source="assumed, 0 to 0.5: nobody publishes it")
    reminder_hours: float = param(0.1, "hours per reminder", 0, 40, "Answering a reminder of a request near or past its limit", "应对诉求催办工时", source="assumed, 0.02 to 0.5: a call and a line in the file")
    adapts: float = param(0.0, "0-1", 0, 1, "Share of its waiting work of one kind that an office puts first at each look, the kind that it is held to most and that waits longest; 0: classes are fixed", "机关调整优先的比例（0为不调整）", source="assumed, 0 to 1")
    look_days: float = param(5.0, "working days", 1, 60, "Time between two such looks", "调整优先的间隔", source="assumed, 5 to 20: weekly to monthly meetings")
    of_requests: float = param(1.0, "ratio", 0, 10, "How much offices are held to residents' requests", "诉求考核权重", source="convention: the unit of the other three")
    of_tasks: float = param(1.0, "ratio", 0, 10, "How much they are held to tasks from above", "上级任务考核权重", source="assumed, 0.5 to 3")
    of_own_work: float = param(0.5, "ratio", 0, 10, "How much streets and departments are held to their own work", "本职工作考核权重", source="assumed, 0.1 to 1")
    of_chores: float = param(0.2, "ratio", 0, 10, "How much offices are held to chores", "杂务考核权重", source="assumed, 0 to 0.5")


class Workforce(Section):
    """Skill, fatigue and turnover."""

    specialist: float = param(1.0, "0-1", 0.1, 1, "Skill of a department's specialist in its own domains", "专员技能", role="constant")
    outside_domain: float = param(0.5, "0-1", 0.05, 1, "Skill outside one's own domains", "跨领域技能")
    officer: float = param(0.65, "0-1", 0.05, 1, "Mean skill of a community officer", "社区工作者技能")
    grid_worker: float = param(0.6, "0-1", 0.05, 1, "Mean skill of a grid worker", "网格员技能")
    street: float = param(0.7, "0-1", 0.05, 1, "Mean skill of street office staff", "街道人员技能")
    spread: float = param(0.12, "sd", 0, 0.5, "How much persons and domains differ in it", "技能差异")
    novice: float = param(0.65, "ratio", 0.05, 1, "Skill of a newcomer over that of the established", "新手技能比")
    learning: float = param(0.004, "per case", 0, 0.2, "Part of the gap to full skill closed by a case", "学习率")
    method_lift: float = param(0.8, "0-1", 0, 1, "Part of the newcomer's gap that full methods close [H2c]", "工作法提升")
    method_growth: float = param(0.01, "per written hour", 0, 1, "Growth of the method stock", "工作法积累")
    method_spread: float = param(0.05, "per month", 0, 1, "Pull of neighbours' methods", "工作法传播")
    training_gain: float = param(0.002, "per hour", 0, 0.1, "Part of the gap to full skill closed by training", "培训增益")
    fatigue_rate: float = param(0.03, "per working day", 0, 1, "Step of fatigue towards what the load implies", "疲劳调整")
    fatigue_from: float = param(0.8, "0-1", 0, 0.95, "Load from which fatigue builds up", "疲劳起点", source="assumed, 0.6 to 0.9: output of munition workers fell behind their hours from full time on only (Pencavel on 1914-1918)")
    fatigue_slows: float = param(0.25, "0-1", 0, 0.9, "Loss of speed at full fatigue", "疲劳减速")
    leaving_base: float = param(0.15, "per year", 0, 2, "Leavers per post at the base, at fatigue 0.5 [D3b]", "基层离职率", source="social workers 17.6 to 20 %/year, base staff assumed lower")
    leaving_office: float = param(0.05, "per year", 0, 2, "Leavers per post in streets and departments", "机关离职率")
    leaving_fatigue: float = param(1.5, "per unit", 0, 6, "How strongly fatigue drives leaving", "疲劳离职效应")
    leaving_recognition: float = param(0.4, "0-1", 0, 1, "Part of leaving that recognition prevents [F3f]", "激励留人效应")
    leaving_autonomy: float = param(0.15, "0-1", 0, 1, "Part of leaving that full authority prevents [F3f]", "自主留人效应", source="assumed, 0 to 0.3")
    knowing_days: float = param(0.0, "working days", 0, 2000, "Mean time until who is new to a grid or a community knows it; 0: everybody does", "熟悉网格所需时间（0为人人熟悉）", source="assumed, 60 to 500")
    vacancy_days: float = param(90.0, "calendar days", 1, 720, "Mean time a post stays vacant", "岗位空缺天数", source="American governments 2017 to 2024: 84 to 130 days to fill a post; 45 to 130")


class Tasks(Section):
    """Tasks from above [D2b], and the own work of streets and departments."""

    load: float = param(0.45, "0-1", 0, 1.5, "Hours of tasks sent down over the base's paid hours", "上级任务负荷", source="assumed, 0.40 to 0.60")
    hours: float = param(3.0, "hours", 0.1, 100, "Mean hours of a task", "任务工时", source="assumed, 2 to 5: a residents' committee in Hubei booked 1,852 pieces of work in 2003, which makes 5; forms are many and small")
    useful: float = param(0.35, "0-1", 0, 1, "Share of tasks that are of real use", "有用任务比例")
    effect: float = param(0.12, "0-1", 0, 1, "Fall in hazards when all useful tasks are done", "有用任务预防作用")
    memory_days: float = param(60.0, "days", 1, 720, "How long a useful task prevents", "作用时长")
    own_load: float = param(0.35, "0-1", 0, 1.5, "Departments' own work over their paid hours", "部门自办负荷")
    street_load: float = param(0.35, "0-1", 0, 1.5, "Street offices' own work over their paid hours", "街道自办负荷", source="assumed, 0.1 to 0.5: dilemma D1 has staff to spare above the base")
    street_effect: float = param(0.04, "0-1", 0, 1, "Fall in hazards when streets' own work is all done", "街道自办预防作用")
    own_effect: float = param(0.08, "0-1", 0, 1, "Fall in hazards when departments' own work is all done", "自办工作预防作用")
    form_rejected: float = param(0.6, "0-1", 0, 1, "Share of useless tasks that vetting stops [F3b]", "准入拦截率")
    useful_rejected: float = param(0.1, "0-1", 0, 1, "Share of useful tasks that vetting stops wrongly", "准入误拦率")
    follow_limit: float = param(0.25, "0-1", 0, 1, "Share of tasks that a sender can staff itself [F3c]", "随责走上限", source="assumed, 0.1 to 0.5: departments have two fifths of the base's hours")
    fee_share: float = param(0.1, "0-1", 0, 0.9, "Part of a department's money for cases that its tasks bring along if all are paid for [F3c]", "费随事转比例", source="assumed, 0.03 to 0.3")
    unfunded_returned: float = param(0.2, "0-1", 0, 1, "Share of tasks that bring neither people nor fees that vetting sends back to their sender, who does the useful ones [F3b]", "无经费退回率", source="assumed, 0 to 0.5")
    deadline_days: float = param(0.0, "working days", 0, 250, "Mean time from the arrival of a task, or of an office's own work, to its deadline; 0: it has none", "任务时限（0为无时限）", source="assumed, 5 to 40: weekly to bimonthly returns; nobody has recorded it")
    pressing_days: float = param(2.0, "working days", 0, 60, "Time before its deadline from which a task that was put off goes before residents' requests", "临期优先时间", source="assumed, 0 to 5")
    reminder_hours: float = param(0.5, "hours per missed task", 0, 40, "Answering the reminder of a task from above that has lapsed", "应对催办工时", source="assumed, 0.1 to 2: a call and a written reason")
    chore_days: float = param(0.0, "working days", 0, 250, "Time after which a duty of every week that nobody has begun lapses; 0: it waits", "例行杂务失效时间（0为不失效）", source="assumed, 5 to 40")
    funded_returned: float = param(0.03, "0-1", 0, 1, "Share of the others that vetting sends back wrongly", "误退率", source="assumed, 0 to 0.1")


class Supply(Section):
    """Planned public services [D2a, D2e]."""

    estimate_error: float = param(0.5, "log sd", 0, 2, "Error of a community's estimate of its demand", "需求估计误差")
    precise_estimate: float = param(0.6, "0-1", 0, 1, "Part of it that identification and data remove", "精准识别减误差")
    proposal_weight: float = param(0.7, "0-1", 0, 1, "Weight of local estimates where communities propose [F3e]", "建议权权重")
    known_requests: float = param(500.0, "requests", 1, 1e6, "Requests of a community in a domain that halve the variance of its estimate", "诉求修正估计", source="assumed, 100 to 5,000")
    memory_years: float = param(3.0, "years", 0.1, 100, "Mean age of the requests that estimates rest on, at most", "估计所依据诉求的平均年限", source="assumed, 1 to 10")
    need_yuan: float = param(1.0, "ratio", 0.1, 10, "Money needed to cover all demand over money planned", "需求经费比")


class Conflicts(Section):
    """Conflicts between residents, and the forums that may settle them [M2b]."""

    against: float = param(0.5, "0-1", 0, 1, "Chance that a decision goes against the one who asked", "裁决不利概率", source="assumed: either side may be the one who asks")
    settled: float = param(0.4, "0-1", 0, 1, "Chance that a decision settles a conflict for good", "行政处置平息概率", source="assumed, 0.2 to 0.6: as other causes")
    forum_share: float = param(0.1, "0-1", 0, 1, "Share of conflicts that a forum takes up, with full consultation", "协商议题比例", source="assumed, 0.03 to 0.3: some 30 to 60 forums a year in a community of 5,660")
    forum_days: float = param(15.0, "working days", 0.1, 200, "Mean time until a forum has met", "协商周期", source="assumed, 5 to 30")
    agrees: float = param(0.65, "0-1", 0, 1, "Chance that a forum agrees", "协商达成概率", source="mediation at courts of China 2024 67 %, of Pennsylvania 1983-1986 85 % of those held; 0.5 to 0.85")
    reveals: float = param(0.03, "0-1", 0, 1, "Chance that a forum brings to light a latent need of its grid", "协商发现率", source="assumed, 0.01 to 0.1: ten of a thousand residents speak for themselves and some neighbours")
    convention_gain: float = param(0.04, "0-1", 0, 1, "Part of a domain's conflicts without a rule that one convention covers", "公约覆盖增量", source="assumed, 0.01 to 0.1")
    convention_effect: float = param(0.5, "0-1", 0, 1, "Fall in the hazard of conflicts that conventions cover", "公约预防作用", source="assumed, 0.2 to 0.8")


class Helpers(Section):
    """Hours from outside the public purse: who gives them, and what for [C1, C2, M1]."""

    uneven: float = param(0.5, "log sd", 0, 2, "How much they differ between months and communities", "力量不均衡")
    volunteer_share: float = param(0.1, "0-1", 0, 1, "Volunteers among the retired, at full trust", "志愿者比例", source="assumed, 0.03 to 0.2")
    volunteer_hours: float = param(4.0, "hours a month", 0, 100, "Hours of a volunteer", "志愿者工时", source="assumed, 2 to 8")
    visit_hours: float = param(1.0, "hours", 0.1, 20, "A visit to an elderly person who lives alone", "探访工时")
    visit_tells: float = param(0.5, "0-1", 0, 1, "Chance that a visit brings a latent need to light", "探访发现率", source="assumed, 0.2 to 0.8")
    upkeep_hours: float = param(12.0, "hours per 1,000 residents and month", 0.1, 1000, "Full upkeep of facilities by volunteers", "设施维护工时", source="assumed, 5 to 30")
    member_share: float = param(0.015, "0-1", 0, 1, "Members of contact groups among adults, at full trust", "联户员比例", source="assumed, 0.005 to 0.03")
    member_hours: float = param(6.0, "hours a month", 0, 100, "Hours of a member", "联户员工时", source="assumed, 3 to 12")
    contact_hours: float = param(0.15, "hours", 0.01, 10, "A contact with a household", "联户员联系工时")
    contact_tells: float = param(0.3, "0-1", 0, 1, "Chance that a contact brings a latent need to light", "联户员发现率", source="assumed, 0.1 to 0.6")
    look_share: float = param(0.2, "0-1", 0, 0.5, "Part of members' hours spent on looking for hazards", "隐患排查比例")
    errand_share: float = param(0.3, "0-1", 0, 0.5, "Part of them kept for errands", "代办比例")
    errand_hours: float = param(1.0, "hours", 0.1, 20, "An errand in place of a trip", "代办工时")
    pool_hours: float = param(20.0, "hours per 1,000 residents and month", 0, 1000, "What units and residents of an ordinary area can give", "内部资源工时", source="assumed, 5 to 50")
    pool_days: float = param(2.0, "working days", 0, 60, "Time until a helper comes", "内部资源响应时间")


class Prices(Section):
    """What the levers cost. Hours and yuan come out of the same totals as everything else."""

    fund_admin_hours: float = param(0.15, "hours per payment", 0, 10, "Bookkeeping of a payment from a community fund", "资金记账工时")
    collective_hours: float = param(8.0, "hours per community-week", 0, 200, "Work to raise collective income", "集体经济工时")
    collective_yuan: float = param(15.0, "yuan per resident-year", 0, 1000, "Mean collective income", "集体收入")
    collective_cv: float = param(0.8, "-", 0, 3, "How uneven collective income is", "集体收入差异")
    training_hours: float = param(0.6, "hours per officer-week", 0, 40, "Training of all-round staff", "全科培训工时")
    terminal_yuan: float = param(6.0, "yuan per resident-year", 0, 500, "Terminals, their upkeep and network", "自助终端费用")
    desk_hours: float = param(6.0, "hours per community-week", 0, 200, "Keeping the desk for all services open", "服务台工时")
    terminal_capacity: float = param(0.8, "uses per resident-year", 0.01, 50, "Uses that terminals have room for", "自助终端容量")
    market_yuan: float = param(70.0, "yuan per hour", 1, 2000, "Price of a firm's hour", "企业服务单价")
    market_days: float = param(1.5, "working days", 0, 60, "Time until a firm comes", "企业响应时间")
    contract_yuan: float = param(12.0, "yuan per resident-year", 0, 500, "Contracts with social organisations", "购买服务经费")
    contract_rate: float = param(50.0, "yuan per hour", 1, 2000, "Price of a contracted hour", "社会组织单价")
    contract_days: float = param(2.0, "working days", 0, 60, "Time until an organisation starts", "社会组织响应时间")
    contract_months: float = param(6.0, "months", 0.1, 60, "Time in which organisations grow", "社会组织培育期")
    coordination_hours: float = param(0.3, "hours per devolved part", 0, 20, "Reporting of a devolved decision", "决定报备工时")
    list_hours: float = param(3.0, "hours per office-week", 0, 100, "Keeping the lists of powers and duties", "清单维护工时")
    vetting_hours: float = param(0.05, "hours per task", 0, 20, "Vetting of a task from above", "准入审核工时", source="assumed, 0.01 to 0.25: an item is vetted once for many tasks; Beijing had 322 items")
    assessment_hours: float = param(2.0, "hours per community-week", 0, 100, "Assessing departments' local heads", "考核工时")
    proposal_hours: float = param(3.0, "hours per community-week", 0, 100, "Writing proposals", "建议工时")
    recognition_yuan: float = param(2500.0, "yuan per base post-year", 0, 1e5, "Recognition of front-line staff", "激励经费")
    survey_hours: float = param(10.0, "hours per community-week", 0, 400, "Surveys of residents' needs, by grid workers", "需求调查工时")
    tailoring_hours: float = param(0.6, "hours per plan", 0, 40, "A personal plan for a 愁 need of a vulnerable person, or one that is back", "个性化方案工时")
    entry_hours: float = param(12.0, "hours per community-week", 0, 400, "Feeding the data system, by grid workers [D3d]", "数据录入工时")
    data_yuan: float = param(4.0, "yuan per resident-year", 0, 500, "The data system", "数据系统费用")
    triage_hours: float = param(0.05, "hours per request", 0, 5, "Sorting a request", "分类工时")
    management_hours: float = param(0.5, "hours per composite case", 0, 40, "Managing a case", "统筹工时")
    method_hours: float = param(4.0, "hours per community-week", 0, 200, "Writing methods down", "工作法整理工时")
    volunteer_week_hours: float = param(4.0, "hours per community-week", 0, 200, "Raising, training and organising volunteers, by community officers [C1]", "志愿组织工时", source="assumed, 2 to 8")
    contact_week_hours: float = param(5.0, "hours per community-week", 0, 200, "Coordinating contact groups, by grid workers [C2]", "联户员协调工时", source="assumed, 2 to 10")
    campaign_hours: float = param(4.0, "hours per community-week", 0, 200, "Telling residents of services that are new, while nobody knows of them; less as they come to know", "新服务宣传工时", source="assumed, 1 to 12")
    pool_week_hours: float = param(2.0, "hours per community-week", 0, 200, "Keeping units in the area connected [M1]", "区域联建工时", source="assumed, 1 to 6")
    pool_part_hours: float = param(0.15, "hours per pooled hour", 0, 5, "Finding and organising each hour that is given", "资源对接工时", source="assumed, 0.05 to 0.4")
    meeting_hours: float = param(4.0, "hours per community-week", 0, 200, "Meetings of the parties that work together [M2a]", "联席会议工时", source="assumed, 2 to 8")
    joint_hours: float = param(0.2, "hours per composite case and office", 0, 20, "Joint handling, at the community and at each department in charge", "联合办理工时", source="assumed, 0.1 to 0.5: ten to thirty minutes of a meeting")
    collaboration_yuan: float = param(6.0, "yuan per resident-year", 0, 500, "Contracts with the parties that work together", "协同购买经费", source="assumed, 3 to 12")
    forum_hours: float = param(6.0, "hours per forum", 0, 200, "Preparing, leading and writing up a forum [M2b]", "议事协商会工时", source="assumed, 3 to 15")
    forum_resident_hours: float = param(20.0, "hours per forum", 0, 500, "Residents' own time in a forum", "居民议事时间", source="assumed, 10 to 40: ten residents, two hours")
    platform_yuan: float = param(10.0, "yuan per resident-year", 0, 500, "The platform: capital and running cost, spread over its life [M3]", "数字平台费用", source="assumed, 4 to 25")
    platform_entry_hours: float = param(6.0, "hours per community-week", 0, 400, "Feeding the platform, by grid workers [D3d]", "平台录入工时", source="assumed, 3 to 20")
    fee_admin_hours: float = param(0.02, "hours per task", 0, 5, "Bookkeeping of a fee that follows a task, settled in bundles [F3c]", "随事经费记账工时")
