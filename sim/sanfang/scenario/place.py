"""The place: who lives in a district, what troubles them, who works there, and with what money.

Values come from a district file (`districts/`); the defaults here are those of an ordinary
urban district and mostly `assumed`.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sanfang.scenario.declare import (
    LATEST,
    Date,
    Dates,
    Label,
    Name,
    Section,
    SharesByHour,
    SharesByKind,
    SharesByMonth,
    SharesByWeekday,
    choice,
    param,
)
from sanfang.scenario.limits import MAX_COMMUNITIES, MAX_RESIDENTS

KINDS = ("urgent", "hard", "chronic", "hoped")
"""急 time-critical, 难 several problems intertwined, 愁 recurs until its cause is treated, 盼 waited for."""

CENSUS = "Qingdao, Seventh National Population Census 2020"


class District(Section):
    """Size and people of the district."""

    name: Name = choice("district", "Name of the district; its geography is drawn from it", "区名")
    label_zh: Label = choice("", "Chinese name", "中文名")
    population: int = param(20_000, "residents", 200, MAX_RESIDENTS, "Residents", "常住人口", role="constant")
    sub_districts: int = param(3, "count", 1, 400, "Sub-district offices", "街道数", role="constant")
    communities: int = param(12, "count", 1, MAX_COMMUNITIES, "Communities", "社区数", role="constant")
    community_size_cv: float = param(0.3, "-", 0, 1, "Spread of community sizes (sd over mean)", "社区规模差异")
    household_size: float = param(2.55, "residents", 1, 10, "Residents per household", "户均人口", source=CENSUS)
    share_elderly: float = param(0.2028, "0-1", 0, 1, "Share aged 60 and over", "60岁以上比例", source=CENSUS)
    share_young: float = param(0.1541, "0-1", 0, 1, "Share aged under 15", "15岁以下比例", source=CENSUS)
    elderly_alone: float = param(0.12, "0-1", 0, 1, "Share of the elderly who live alone", "独居老人比例")
    share_disabled: float = param(0.06, "0-1", 0, 1, "Share with a disability", "残疾人比例")
    share_low_income: float = param(0.03, "0-1", 0, 1, "Share with low income", "低收入比例")
    digital_adult: float = param(0.8, "0-1", 0, 1, "Digital literacy, adults under 60", "成年人数字素养")
    digital_elderly: float = param(0.35, "0-1", 0, 1, "Digital literacy, 60 and over", "老年人数字素养")
    heterogeneity: float = param(
        0.35, "log sd", 0, 1.5, "How much communities differ in the troubles they have [D2e]", "社区间需求差异"
    )
    personal_spread: float = param(
        0.6, "log sd", 0, 1.5, "How much persons differ in the troubles they have", "个人需求差异"
    )
    vulnerable_factor: float = param(1.6, "ratio", 1, 5, "Hazard of the vulnerable over others", "困难群体问题倍数")


class Domain(Section):
    """One field of residents' problems."""

    label_en: Label = choice("", "English name", "英文名")
    label_zh: Label = choice("", "Chinese name", "中文名")
    department: Label = choice("", "The department in charge", "主管部门")
    hazard: float = param(
        0.3, "needs per resident-year", 0, 20, "How often a need arises where nothing prevents it", "需求发生率"
    )
    kinds: SharesByKind = choice((0.25, 0.25, 0.25, 0.25), "Shares of 急, 难, 愁, 盼", "急难愁盼占比")
    level: int = param(1, "tier", 0, 3, "Who may decide: 0 grid, 1 community, 2 street, 3 department", "审批层级")
    on_site: float = param(
        0.4, "0-1", 0, 1, "Share of community matters that grid workers handle on site", "网格员现场处理比例"
    )
    devolvable: float = param(0.7, "0-1", 0, 1, "Share that law lets a community decide", "可下放比例")
    hours: float = param(1.5, "specialist hours", 0.01, 200, "Mean hours of a skilled specialist", "专业处理工时")
    hours_cv: float = param(1.0, "-", 0, 5, "Spread of those hours (sd over mean)", "工时差异")
    hours_distribution: Literal["lognormal", "exponential", "deterministic"] = choice(
        "lognormal", "Distribution of those hours", "工时分布"
    )
    lead_days: float = param(
        2.0, "working days", 0, 200, "Mean time for access, contractor or material", "等待入户、施工、材料的时间"
    )
    lead_cv: float = param(1.0, "-", 0, 5, "Spread of that time (sd over mean)", "等待入户、施工、材料的时间差异")
    yuan: float = param(100.0, "yuan", 0, 1e6, "Mean money that a case needs", "单件经费")
    patience_days: float = param(45.0, "calendar days", 0.1, 3650, "Mean patience before giving up", "居民耐心")
    self_service: float = param(0.0, "0-1", 0, 1, "Share that a terminal can finish", "自助可办比例")
    patrol_visible: float = param(0.2, "0-1", 0, 1, "How well a patrol can see it", "巡查可见度")
    data_visible: float = param(0.3, "0-1", 0, 1, "How well data can show it", "数据可见度")
    prevention: float = param(0.3, "0-1", 0, 1, "Rise in hazard without any public service", "公共服务预防作用")
    spillover: float = param(0.1, "0-1", 0, 0.9, "Part of a service that neighbours use", "服务外溢")
    market: float = param(0.0, "0-1", 0, 1, "Share that a local firm could do", "市场可承接比例")
    social: float = param(0.0, "0-1", 0, 1, "Share that a social organisation could do", "社会组织可承接比例")
    simple: float = param(0.0, "0-1", 0, 1, "Share so simple that people of the area could do it", "居民可承担比例")
    conflict: float = param(0.0, "0-1", 0, 1, "Share that is a conflict between residents", "居民矛盾比例")
    shared: float = param(0.0, "0-1", 0, 1, "Share of one trouble of several residents", "共同问题比例")
    visits: float = param(
        0.0, "0-1", 0, 1, "Fall in hazard for the elderly alone with a visit every month", "探访预防作用"
    )
    upkeep: float = param(0.0, "0-1", 0, 1, "Fall in hazard with full upkeep by volunteers", "志愿维护预防作用")


class DepartmentPosts(Section):
    """A department of the district government."""

    label_en: Label = choice("", "English name", "英文名")
    label_zh: Label = choice("", "Chinese name", "中文名")
    posts_per_100k: float = param(10.0, "posts", 0.1, 1000, "Posts per 100,000 residents", "每十万人编制")


class Calendar(Section):
    """Working time, and when residents' problems come up."""

    start: Date = choice(dt.date(2025, 1, 1), "First day", "起始日期")
    opening_hour: float = param(8.5, "hour", 0, 23, "Start of the working day", "上班时间", role="constant")
    shift_hours: float = param(8.0, "hours", 1, 12, "Paid hours a working day", "日工时", role="constant")
    reference_year: int = param(
        0, "year", 0, LATEST.year, "Year that is repeated instead of the years as they come; 0: none", "重复的基准年",
        source="convention", role="constant",
    )  # fmt: skip
    country: Literal["none", "CN"] = choice(
        "none", "Country whose public holidays and working weekends hold", "节假日所属国家", source="convention"
    )
    holidays: Dates = choice((), "Days off besides those of the country", "另外的休息日")
    working_weekends: Dates = choice((), "Working weekend days besides those of the country", "另外的周末上班日")
    weekday_profile: SharesByWeekday = choice((1 / 7,) * 7, "Share of needs by weekday, Monday first", "星期分布")
    month_profile: SharesByMonth = choice((1 / 12,) * 12, "Share of needs by month, at equal length", "月份分布")
    hour_profile: SharesByHour = choice((1 / 24,) * 24, "Share of needs by hour of the day", "小时分布")


class Staffing(Section):
    """Established posts before the reform."""

    officers_per_10k: float = param(
        9.0, "posts", 0.5, 60, "Community officers per 10,000 residents", "每万人社区工作者"
    )
    households_per_grid: float = param(
        400.0,
        "households",
        50,
        3000,
        "Households per grid worker",
        "每名网格员户数",
        source="Tengzhou 2023: 300 to 500",
    )
    moves: Literal["even", "need"] = choice(
        "even",
        "Which posts move down: the same share of every office, or those of the least busy ones, by days of the week",
        "下沉岗位（均等或按需）",
    )
    street_per_10k: float = param(8.0, "posts", 0.1, 60, "Street office posts per 10,000 residents", "每万人街道编制")
    street_movable: float = param(
        0.24,
        "0-1",
        0,
        0.9,
        "Share of street posts that can move down",
        "街道可下沉比例",
        source="Laishan, Yantai, 2020: 60 % of street staff for at least two days of five; 0.24 to 0.60",
    )
    department_movable: float = param(
        0.1, "0-1", 0, 0.9, "Share of department posts that can move down", "部门可下沉比例"
    )
    wage: float = param(45.0, "yuan per hour", 1, 1000, "Cost of a paid hour", "小时工资")


class Money(Section):
    """Public money beside wages."""

    operating: float = param(240.0, "yuan per resident-year", 1, 1e5, "Money for cases and services", "运行经费")
    service_share: float = param(0.6, "0-1", 0.01, 0.95, "Share that goes to planned public services", "公共服务占比")
    community_share: float = param(0.05, "0-1", 0, 0.95, "Share that communities hold at first", "社区经费占比")
    devolvable: float = param(0.7, "0-1", 0, 0.95, "Share that full devolution hands to communities", "可下放资金比例")
    release_days: float = param(
        0.0, "working days", 0, 60,
        "Time between two looks at the parts that wait for money; 0: once a month, with the allocation",
        "资金拨付间隔（0为按月）",
        source="assumed, 1 to 20: payments are made weekly or monthly",
    )  # fmt: skip
    in_turn: float = param(
        0.0, "0-1", 0, 1, "Share of parts that get money only after those that wait for the same pot", "先到先拨比例",
        source="assumed, 0 to 1: without it what is small passes what is dear",
    )  # fmt: skip
    pays_above: float = param(
        0.0, "0-1", 0, 1, "Share of residents' parts in departments without money that the community may pay for",
        "社区代付上级经费比例", source="assumed, 0 to 1: rules for funds differ",
    )  # fmt: skip
    refunded: float = param(
        0.0, "0-1", 0, 1, "Share of the money of a request that is given up that goes back to where it came from",
        "放弃诉求经费退回比例", source="assumed, 0 to 1",
    )  # fmt: skip
