"""The policy levers: the three devolutions (三放), the two refinements (两化), the article's two cases and future.

Every lever is 0 before the reform and 1 when it is complete. It may be a schedule
``[[day, level], ...]``. None of them is read outside `sanfang.model.policy`, which compiles
them each day into plain arrays of capacity, information, routing, authority, money and time.
"""

from __future__ import annotations

from sanfang.scenario.declare import Level, LevelOrDomains, Section, lever

RESOURCES, SERVICES, MANAGEMENT = "resources", "services", "management"
PRECISION, REFINEMENT = "precision", "refinement"
CASES, FUTURE = "cases", "future"


class Policy(Section):
    """One level per lever."""

    # --- Resources go down: people, money (F1) ---
    staff_devolution: Level = lever(
        "F1a", "idle_while_others_wait", "Staff moved to communities", "人员下沉",
        "Posts of street offices and departments move to communities, up to the movable share.",
        "街道和部门的岗位按可下沉比例调到社区。",
        price=(), signature=("burden_gap", "lower"),
        group=RESOURCES,
    )  # fmt: skip
    fund_devolution: Level = lever(
        "F1b", "fund_admin", "Money moved to community funds", "资金下沉",
        "Departments' money for cases and services goes to community funds; each payment takes bookkeeping hours.",
        "部门的办事和服务经费转入社区资金；每笔支付都要记账，占用工时。",
        price=("prices.fund_admin_hours",), signature=("shortage_share", "lower"),
        group=RESOURCES,
    )  # fmt: skip
    collective_income: Level = lever(
        "F1c", "collective_economy", "Income of the collective economy", "集体经济收入",
        "Communities earn money of their own (outside money, uneven), for hours spent on raising it.",
        "社区自己增加收入（公共经费之外，各社区不均），筹措要花工时。",
        price=("prices.collective_hours",), signature=("shortage_share", "lower"),
        group=RESOURCES,
    )  # fmt: skip

    # --- Services go down (F2) ---
    one_window: Level = lever(
        "F2a", "training", "One window, all-round staff", "一窗受理、全科服务",
        "A request is accepted wherever it is brought; staff are trained, which takes hours.",
        "诉求在哪里提交就在哪里受理；人员须培训，占用工时。",
        price=("prices.training_hours",), signature=("trips_per_request", "lower"),
        group=SERVICES,
    )  # fmt: skip
    self_service: Level = lever(
        "F2b", "terminals", "Self-service terminals", "自助服务终端",
        "Simple matters are finished without staff by those who can; terminals cost money, used or not.",
        "会用的居民自助办完简单事项，不占人手；终端无论用否都要付费。",
        price=("prices.terminal_yuan",), signature=("first_response_hours_mean", "lower"),
        group=SERVICES,
    )  # fmt: skip
    service_scope: LevelOrDomains = lever(
        "F2c", "service_desk",
        "Services offered in the community (share, or list of domains)", "社区可办事项(一次办好)",
        "Matters can be finished at the community, in fewer trips; every desk kept open takes hours.",
        "事项在社区办结，少跑动；每个窗口开着都占工时。",
        price=("prices.desk_hours",), signature=("trips_per_request", "lower"),
        group=SERVICES,
    )  # fmt: skip
    market_services: Level = lever(
        "F2d", "market_services", "Services embedded in the local market", "市场化服务嵌入",
        "Local firms take over part of the work where there are any, paid by the case.",
        "有企业的地方由本地企业承担部分工作，按件付费。",
        price=("prices.market_yuan",), signature=("utilisation_community", "lower"),
        group=SERVICES,
    )  # fmt: skip
    social_organisations: Level = lever(
        "F2e", "contracts", "Contracts with social organisations", "社会组织项目承接",
        "Contracted hours in care, work and disputes; paid by the month whether used or not; they grow slowly.",
        "购买养老、就业、调解等服务工时；按月付费，用否皆付；队伍成长缓慢。",
        price=("prices.contract_yuan", "prices.contract_rate"), signature=("utilisation_community", "lower"),
        group=SERVICES,
    )  # fmt: skip

    # --- Management powers go down (F3) ---
    authority: Level = lever(
        "F3a, F3c", "coordination", "Authority of communities to decide", "社区决定权",
        "Communities may finish what streets and departments decided; decisions are less even and must be reported.",
        "原由街道和部门决定的事社区可以办结；决定不够统一，且须上报。",
        price=("prices.coordination_hours",), signature=("handoffs_per_request", "lower"),
        group=MANAGEMENT,
    )  # fmt: skip
    clear_lists: Level = lever(
        "F3a", "list_upkeep", "Clear lists of powers and duties", "权责清单",
        "Receivers bounce fewer cases; lists must be kept.",
        "接办方更少推诿扯皮；清单须有人维护。",
        price=("prices.list_hours",), signature=("handoffs_per_request", "lower"),
        group=MANAGEMENT,
    )  # fmt: skip
    admission_control: Level = lever(
        "F3b", "vetting", "Admission control of tasks from above", "社区工作事项准入",
        "New tasks are vetted, with errors both ways and hours spent on vetting.",
        "新下派的任务先审核；审核占工时，且可能错放或错拒。",
        price=("prices.vetting_hours",), signature=("tasks_from_above_share", "lower"),
        group=MANAGEMENT,
    )  # fmt: skip
    resources_follow_tasks: Level = lever(
        "F3c", "tasks_followed", "People and fees follow the task", "权随责走、费随事转",
        "Hours for a task handed down come from the department that sends it.",
        "下派任务的工时由派任务的部门承担。",
        price=("prices.fee_admin_hours",), signature=("tasks_from_above_share", "lower"),
        group=MANAGEMENT,
    )  # fmt: skip
    department_accountability: Level = lever(
        "F3d", "assessment", "Departments answer to the base", "对部门派驻机构的考核权",
        "Departments put what communities send up before own work; assessing them takes hours.",
        "部门先办社区上报的事，再办自己的事；考核部门占用工时。",
        price=("prices.assessment_hours",), signature=("wait_staff_share", "lower"),
        group=MANAGEMENT,
    )  # fmt: skip
    local_proposals: Level = lever(
        "F3e", "proposals", "A say in major decisions and projects", "重大决策建议权",
        "Services are planned with local knowledge of demand; proposals take hours to write.",
        "按社区掌握的需求安排服务；写建议占用工时。",
        price=("prices.proposal_hours",), signature=("wasted_services_oversupplied", "lower"),
        group=MANAGEMENT,
    )  # fmt: skip
    staff_recognition: Level = lever(
        "F3f", "recognition", "Front-line staff motivated", "基层人员激励",
        "Fewer staff leave; recognition costs money.",
        "离职减少；激励要花钱。",
        price=("prices.recognition_yuan",), signature=("turnover_rate", "lower"),
        group=MANAGEMENT,
    )  # fmt: skip

    # --- Precision (H1) ---
    need_identification: Level = lever(
        "H1a", "surveys", "Needs identified precisely", "需求精准识别",
        "Problems are diagnosed and demand is estimated better; surveys take hours.",
        "问题判断更准，需求估计更准；调查占用工时。",
        price=("prices.survey_hours",), signature=("wasted_misdirected", "lower"),
        group=PRECISION,
    )  # fmt: skip
    tailoring: Level = lever(
        "H1b", "tailoring", "Tailor-made service", "一人一策",
        "Causes of 愁 needs of the vulnerable, and of those that recur, are treated more often; a plan takes hours.",
        "困难群体和反复出现的“愁”事更常治到根上；一人一案占用工时。",
        price=("prices.tailoring_hours",), signature=("repeat_rate", "lower"),
        group=PRECISION,
    )  # fmt: skip
    data_discovery: Level = lever(
        "H1c", "data_entry", "Problems discovered from data", "数据驱动发现",
        "Unvoiced problems are found in data; the data must be entered, by hand, and the system paid for.",
        "从数据中发现没有反映的问题；数据须人工录入，系统须付费。",
        price=("prices.entry_hours", "prices.data_yuan"), signature=("latent_needs", "lower"),
        group=PRECISION,
    )  # fmt: skip

    # --- Refinement (H2) ---
    triage: Level = lever(
        "H2a", "triage", "Triage by type and person", "分类分级处置",
        "Urgent problems and vulnerable people come first; sorting takes minutes a case.",
        "急事和困难群体优先；每件分类要花几分钟。",
        price=("prices.triage_hours",), signature=("response_rate", "higher"),
        group=REFINEMENT,
    )  # fmt: skip
    case_management: Level = lever(
        "H2b", "case_management", "One manager for a composite case", "复合问题一案一专员统筹",
        "Parts of a case run in parallel; the manager's hours are paid per case.",
        "复合问题的各部分并行办理；统筹人的工时按件计。",
        price=("prices.management_hours",), signature=("case_wait_share", "lower"),
        group=REFINEMENT,
    )  # fmt: skip
    work_methods: Level = lever(
        "H2c", "methods", "Community work methods", "社区工作法",
        "What worked is written down, lifts newcomers and spreads; writing takes hours.",
        "有效做法写下来，帮助新人并推广；编写占用工时。",
        price=("prices.method_hours",), signature=("resolution_rate", "higher"),
        group=REFINEMENT,
    )  # fmt: skip

    # --- The two cases (C) ---
    volunteers: Level = lever(
        "C1", "volunteers", "Volunteers led by party members", "党员志愿结对",
        "The elderly alone are visited every month and facilities kept up; raising volunteers takes officers' hours.",
        "独居老人每月有人走访，设施有人维护；组织志愿者占用社区干部工时。",
        price=("prices.volunteer_week_hours",), signature=("latent_needs_vulnerable", "lower"),
        group=CASES,
    )  # fmt: skip
    contact_households: Level = lever(
        "C2", "contact_households", "Contact with households in the grid", "网格联户",
        "Members find needs and hazards and run errands; coordinating them takes grid workers' hours.",
        "联户员发现需求和隐患、代办小事；协调占用网格员工时。",
        price=("prices.contact_week_hours",), signature=("latent_needs", "lower"),
        group=CASES,
    )  # fmt: skip

    # --- Mechanisms proposed for the future (M) ---
    internal_resources: Level = lever(
        "M1", "internal_resources", "Internal resources pooled", "内部资源整合(区域化党建)",
        "Units and residents of the area give hours for simple work, shared with neighbours; each is found at a cost.",
        "辖区单位和居民出工时做简单的事，并与邻近社区共享；每份资源都要花成本去找。",
        price=("prices.pool_week_hours", "prices.pool_part_hours"), signature=("utilisation_community", "lower"),
        group=FUTURE,
    )  # fmt: skip
    collaboration: Level = lever(
        "M2a", "collaboration", "Many parties work together", "多元协同共治",
        "Composite cases are handled jointly, partners by their strengths; meetings and contracts are paid for.",
        "复合问题多方一起办，各尽所长；开会和合同要付费。",
        price=("prices.meeting_hours", "prices.joint_hours", "prices.collaboration_yuan"),
        signature=("handoffs_per_request", "lower"),
        group=FUTURE,
    )  # fmt: skip
    consultation: Level = lever(
        "M2b", "consultation", "Democratic consultation", "民主协商",
        "Forums may settle conflicts, reveal needs and agree on conventions; they take weeks and hours.",
        "议事协商会可以化解矛盾、揭示需求、订立公约；要花几周和工时。",
        price=("prices.forum_hours",), signature=("repeat_rate", "lower"),
        group=FUTURE,
    )  # fmt: skip
    digital_platform: Level = lever(
        "M3", "digital_platform", "Digital platform across units", "数字化平台(互联网+政务服务)",
        "Matters go online, data show needs and whose they are; the platform must be bought and fed.",
        "事项上网办理，数据显示需求及其归属；平台须购买，数据须录入。",
        price=("prices.platform_yuan", "prices.platform_entry_hours"), signature=("trips_per_request", "lower"),
        group=FUTURE,
    )  # fmt: skip

    # --- Extensions, which are not the article's (docs/extending.md) ---


def lever_names() -> tuple[str, ...]:
    """Names of all levers, in the article's order."""
    return tuple(Policy.model_fields)
