"""Who gains and who loses under a policy, against the first: bars and tables, of one run or over replications."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from sanfang.dashboard.pages.compare.replications import Replicated
from sanfang.dashboard.pages.compare.side_by_side import Worlds, letter
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.words import own_label, say
from sanfang.lab.statistics import gains, intervals, looks
from sanfang.metrics.catalogue import HEADLINES, metric
from sanfang.metrics.groups import DIMENSIONS
from sanfang.metrics.numbers import number, with_interval
from sanfang.run.better_off import OF_COMMUNITY, OF_RESIDENT, WHO, Split, better_off, minds
from sanfang.run.troubles import LETTERS
from sanfang.scenario.scenario import Scenario

KINDS = ("better", "same", "worse")
METRICS = tuple(name for name in HEADLINES if DIMENSIONS["domain"].applies(metric(name)))
"""What is told of each domain: headlines that make sense of one."""


def splits(worlds: Worlds) -> list[dict[str, Split]]:
    """Who is better off today than in the first world, for each of the others."""
    seen = [minds(session) for session in worlds]
    return [better_off(seen[0], other) for other in seen[1:]]


def bars(split: Mapping[str, Split], lang: str) -> list[Json]:
    """A bar for each group of residents, and for communities: of one run, so without an interval."""
    return [
        _bar(who, split[who].shares, [_counted(who, count, share, lang) for count, share in _amounts(split[who])], lang)
        for who in WHO
        if split[who].n
    ]


def sure_bars(found: Replicated, side: int, lang: str) -> list[Json]:
    """The same over replications: mean shares with their 95 % intervals."""
    rows = []
    for who in WHO:
        shares = found.shares(who, side)
        if np.isnan(shares).any():
            continue
        means = shares.mean(axis=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of shares that are the same in all replications
            low, high = (np.where(np.ptp(shares, axis=0), end, means) for end in intervals.t_interval(shares.T))
        texts = [
            with_interval(100 * mean, 100 * max(least, 0.0), 100 * min(most, 1.0), 1)
            for mean, least, most in zip(means, low, high, strict=True)
        ]
        rows.append(_bar(who, tuple(map(float, means)), [f"{text} %" for text in texts], lang))
    return rows


def _amounts(split: Split) -> list[tuple[int, float]]:
    return list(zip((split.better, split.same, split.worse), split.shares, strict=True))


def _counted(who: str, count: int, share: float, lang: str) -> str:
    return f"{count:,} ({number(100 * share, 1)}%)" if lang == "en" else f"{count:,}（{number(100 * share, 1)}%）"


def _bar(who: str, shares: Sequence[float], texts: Sequence[str], lang: str) -> Json:
    ends = [0.0, *np.cumsum(shares)]
    parts = [
        {"kind": kind, "percent": round(100 * (end - begin), 2), "text": f"{say(f'gains_{kind}', lang)} {text}"}
        for kind, text, (begin, end) in zip(KINDS, texts, pairwise(ends), strict=True)
    ]
    label = say(f"gains_{who}", lang)
    return {"id": who, "label": label, "parts": parts, "spoken": f"{label}: {', '.join(str(p['text']) for p in parts)}"}


# --- By domain -----------------------------------------------------------------------------------------------


def by_domain(worlds: Worlds) -> pd.DataFrame:
    """Metrics of each domain today: a row a world (its letter in `scenario`), group and metric."""
    tables = [session.by_group("domain").assign(scenario=name) for name, session in zip(LETTERS, worlds, strict=False)]
    table = pd.concat(tables, ignore_index=True)
    return table[table["metric"].isin(METRICS)]


def domain_heads(count: int, lang: str) -> list[str]:
    """Heads of `domain_rows`."""
    heads = [say("compare_domain", lang)]
    for name in METRICS:
        heads += [f"{metric(name).label(lang)}, {letter(0)}", *(f"{letter(side)} − A" for side in range(1, count))]
    return heads


def domain_rows(table: pd.DataFrame, scenario: Scenario, count: int, lang: str) -> list[Json]:
    """One row a domain: each metric in the first world, and how it differs in the others; coloured where a difference
    is one of interest. Of one run."""
    values = {
        (str(row.scenario), str(row.group), str(row.metric)): float(row.value)  # type: ignore[arg-type]
        for row in table.itertuples()
    }
    rows = []
    for domain, declared in scenario.domains.items():
        cells, verdicts = [own_label(declared, lang, domain)], [""]
        for name in METRICS:
            known, first = metric(name), values.get((LETTERS[0], domain, name), math.nan)
            cells.append(known.format(first))
            verdicts.append("")
            for other in LETTERS[1:count]:
                change = values.get((other, domain, name), math.nan) - first
                cells.append(number(change, known.unit.decimals, sign=True))
                verdicts.append(verdict(change, name))
        rows.append({"id": domain, "cells": cells, "verdicts": verdicts})
    return rows


def verdict(change: float, name: str) -> str:
    """ "better", "worse", or "" where a difference of a metric is below the smallest of interest, or is none."""
    known = metric(name)
    if change != change or abs(change) <= known.smallest:
        return ""
    return looks.kind("higher" if change > 0 else "lower", known.better)


def sure_heads(count: int, lang: str) -> list[str]:
    """Heads of `sure_rows`."""
    heads = [say("gains_group", lang)]
    for side in range(1, count):
        heads += [f"{metric(name).label(lang)}, {letter(side)} − A" for name in METRICS]
    return heads


def sure_rows(found: Replicated, scenario: Scenario, count: int, lang: str) -> list[Json]:
    """Each group with the differences over replications, their intervals and what can be said; vulnerable first."""
    table = gains.gains(found.groups, LETTERS[0], METRICS)
    known = {(row["scenario"], row["dimension"], row["group"], row["metric"]): row for row in table.to_dict("records")}
    groups = [("vulnerable", name, say(f"gains_{name}", lang)) for name in ("vulnerable", "others")]
    groups += [("domain", name, own_label(declared, lang, name)) for name, declared in scenario.domains.items()]
    rows = []
    for dimension, group, label in groups:
        cells, verdicts = [label], [""]
        for other in LETTERS[1:count]:
            for name in METRICS:
                row = known.get((other, dimension, group, name))
                cells.append(_sure(row, name, lang))
                verdicts.append(looks.kind(row["verdict"], metric(name).better) if row else "")
        rows.append({"id": f"{dimension}-{group}", "cells": cells, "verdicts": verdicts})
    return rows


def _sure(row: Mapping[Any, Any] | None, name: str, lang: str) -> str:
    if row is None or row["difference"] != row["difference"]:
        return "–"
    word = say(f"gains_word_{str(row['word']).replace(' ', '_')}", lang)
    digits = metric(name).unit.decimals
    shown = with_interval(float(row["difference"]), float(row["low"]), float(row["high"]), digits, sign=True)
    return f"{shown} {word}"


def definition(lang: str) -> list[str]:
    """What counts as better, in sentences."""
    sizes = looks.sizes([metric(name) for name in METRICS], lang)
    return [
        say("gains_how_residents", lang, points=number(100 * OF_RESIDENT, 0)),
        say("gains_how_communities", lang, points=number(100 * OF_COMMUNITY, 1)),
        say("gains_how_domains", lang, sizes=sizes),
        say("gains_how_sure", lang),
    ]


def sentence(split: Mapping[str, Split], other: str, lang: str) -> str:
    """Who gains and who loses in one sentence, for a page to take away."""

    def told(who: str) -> str:
        better, _, worse = split[who].shares
        return say("gains_told", lang, who=say(f"gains_{who}", lang), better=number(100 * better, 1),
                   worse=number(100 * worse, 1), n=f"{split[who].n:,}")  # fmt: skip

    between = say("finding_between", lang)
    return say("gains_sentence", lang, other=other, all=between.join(told(who) for who in WHO if split[who].n))
