"""The view of the Compare page that asks how sure the differences are: replications in the background."""

from __future__ import annotations

import html
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import solara

from sanfang.dashboard import limits
from sanfang.dashboard.address import Address
from sanfang.dashboard.pages.compare import replications
from sanfang.dashboard.pages.compare.parts import Table
from sanfang.dashboard.pages.compare.replications import Replicated, WorldReplications
from sanfang.dashboard.pages.compare.side_by_side import Worlds, difference_unit, letter, world_labels
from sanfang.dashboard.presenters import colours, setting
from sanfang.dashboard.presenters.chart import Json, chart
from sanfang.dashboard.presenters.pictures import picture
from sanfang.dashboard.widgets import parts, saving, viewer
from sanfang.dashboard.widgets.progress import JobCard, use_told
from sanfang.dashboard.widgets.transport import PageState
from sanfang.dashboard.words import say
from sanfang.lab.statistics import looks
from sanfang.lab.windows import in_sentences
from sanfang.metrics.catalogue import HEADLINES, metric
from sanfang.metrics.numbers import decimals_of, with_interval
from sanfang.run.background import CANCELLED, DONE, FAILED
from sanfang.run.series import CHARTED, MEASURES


@solara.component
def SureView(page: PageState, worlds: Worlds, job: solara.Reactive[WorldReplications | None], lang: str) -> None:
    """Ask for replications, see how far they are, and what they found. `job` outlives this view: it goes on while
    another is shown."""
    now = job.value
    use_told(now)
    with solara.Div(classes=["sf-stack"]):
        Order(page, job, lang)
        if now is not None and now.state not in (DONE, CANCELLED):
            JobCard(now, lambda: running(now, lang), lang)
        if now is not None and now.found is not None:
            Replications(now, now.found, worlds, lang).key("found")


@solara.component
def Order(page: PageState, job: solara.Reactive[WorldReplications | None], lang: str) -> None:
    """How many replications, the button that begins them, and how the last ones ended."""
    count, set_count = solara.use_state(10)
    now = job.value
    use_told(now)

    def press(_: str) -> None:
        if now is not None and now.busy:
            return
        if not page.playing:
            page.keep()
        new = WorldReplications(viewer.address.value, count)
        job.set(new)
        new.start()

    def picked(order: dict[str, Any]) -> None:
        text = str(order.get("value"))
        if text.isdecimal() and len(text) < 6:
            set_count(min(max(int(text), replications.FEWEST), limits.MAX_REPLICATIONS))

    address = viewer.address.value
    days, busy = address.day or address.days, now is not None and now.busy
    with solara.Div(classes=["card", "sf-stack"]):
        solara.HTML(
            "p", say("compare_reps_hint", lang, seed=address.seed, next=address.seed + 1, days=days), classes=["soft"]
        )
        with solara.Div(classes=["sf-row"]):
            field = {
                "id": "reps", "label": say("compare_reps", lang), "value": count,
                "min": replications.FEWEST, "max": limits.MAX_REPLICATIONS,
            }  # fmt: skip
            parts.Choices(fields=[field], event_pick=picked)
            run = {"id": "run", "label": say("compare_reps_run", lang), "primary": True, "disabled": busy}
            parts.Buttons(buttons=[run], event_press=press)
        if now is not None and not now.busy and now.state != FAILED:
            parts.Notes(notes=ended(now, address, lang))


def running(job: WorldReplications, lang: str) -> str:
    """How far replications are."""
    left = job.seconds_left
    more = say("compare_reps_left", lang, seconds=f"{left:.0f}") if left == left else ""
    return say("compare_reps_running", lang, done=job.done, total=job.total, left=more)


def ended(job: WorldReplications, address: Address, lang: str) -> list[Json]:
    """How replications ended, and whether other worlds are on show by now."""
    sentence = say("compare_reps_done", lang, reps=job.reps, days=job.days)
    if job.state == CANCELLED:
        sentence = say("compare_reps_cancelled_none", lang)
        if job.found:
            sentence = say("compare_reps_cancelled", lang, reps=job.found.reps)
    notes: list[Json] = [{"kind": "info", "text": sentence}]
    if job.found and not same(job.address, address):
        notes.append({"kind": "warning", "text": say("compare_reps_stale", lang)})
    return notes


def same(shown: Address, other: Address) -> bool:
    """Whether two addresses show the same worlds at the same time."""
    return replace(shown, lang="", other={}) == replace(other, lang="", other={})


def bands(replicated: Replicated, side: int) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Mean, low and high by day of each measure's difference; those of shares in percentage points."""
    scale = {name: 100.0 if measure.form == "share" else 1.0 for name, measure in MEASURES.items()}
    return {name: tuple(scale[name] * part for part in replicated.band(name, side)) for name in MEASURES}  # type: ignore[misc]


def band_charts(job: WorldReplications, replicated: Replicated, lang: str) -> list[Json]:
    """Each measure's mean difference to the first world with its 95 % band, against zero."""
    sides = range(1, len(job.address.worlds))
    drawn = {side: bands(replicated, side) for side in sides}
    charts = []
    for name in CHARTED:
        lines = []
        for side in sides:
            mean, low, high = drawn[side][name]
            label = say("compare_less", lang, other=letter(side), first=letter(0))
            lines.append({"name": label, "colour": colours.WORLDS[side], "values": mean, "low": low, "high": high})
        charts.append(chart(name, say(f"measure_{name}", lang), lines, unit=difference_unit(name, lang), days=job.days,
                            day_word=say("day", lang), digits=MEASURES[name].digits + 1, zero=True))  # fmt: skip
    return charts


def bands_table(job: WorldReplications, replicated: Replicated) -> pd.DataFrame:
    """The numbers of `band_charts`: world, measure, day, difference, low, high."""
    tables = [
        pd.DataFrame({
            "world": letter(side), "measure": name, "day": np.arange(job.days),
            "difference": mean, "low": low, "high": high,
        })
        for side in range(1, len(job.address.worlds))
        for name, (mean, low, high) in bands(replicated, side).items()
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def headline_rows(replicated: Replicated, lang: str) -> list[Json]:
    """The headline metrics: mean of the first world, then difference and interval of each other."""
    table = looks.judged(replicated.headline())
    rows = []
    for name, part in table.groupby("metric", sort=False):
        known = metric(str(name))
        cells, verdicts = [f"{known.label(lang)}", known.format(float(part["baseline_mean"].iloc[0]))], ["", ""]
        for difference in part.to_dict("records"):
            digits = decimals_of(difference["low"], difference["high"])
            digits = known.unit.decimals if digits is None else digits
            cells += [
                with_interval(difference["difference"], difference["low"], difference["high"], digits, sign=True),
                say(f"compare_reps_{difference['verdict']}", lang) if difference["n"] else "",
            ]
            verdicts += [looks.kind(difference["verdict"], known.better)] * 2
        rows.append({"id": str(name), "cells": cells, "verdicts": verdicts})
    return rows


def said(replicated: Replicated, lang: str) -> str:
    """What the words and colours of the table mean."""
    table = replicated.headline()
    return looks.said([metric(str(name)) for name in table["metric"].unique()], len(table), lang)


def windows_told(job: WorldReplications, replicated: Replicated, lang: str) -> list[str]:
    """Which days the table is of, how many requests, and what they are too few for."""
    windows = {letter(side): window for side, window in enumerate(job.windows)}
    told = in_sentences(windows, replicated.runs["requests"], lang)
    valued = replicated.runs[list(HEADLINES)].notna().any(axis=1)
    lacking = int((~valued).groupby(replicated.runs["replication"]).any().sum())
    return [*told, say("compare_reps_unsteady", lang, n=lacking, reps=replicated.reps)] if lacking else told


def stamp_of(job: WorldReplications, replicated: Replicated, lang: str) -> str:
    """What a picture of the replications says of them: district, residents, the first seed, the last day, how many."""
    where = setting.stamp(replace(job.address, day=job.days), lang)
    return f"{where} · {say('compare_reps', lang)} {replicated.reps}"


@solara.component
def Replications(job: WorldReplications, replicated: Replicated, worlds: Worlds, lang: str) -> None:
    """What replications found: charts, a table, files."""
    charts = solara.use_memo(lambda: band_charts(job, replicated, lang), [replicated, lang])
    rows = solara.use_memo(lambda: headline_rows(replicated, lang), [replicated, lang])
    heads = [say("compare_reps_metric", lang), say("compare_reps_mean", lang, letter="A")]
    for side in range(1, len(job.address.worlds)):
        heads += [say("compare_reps_difference", lang, other=letter(side)), ""]
    with solara.Div(classes=["card"]):
        Table(name="sure", caption=say("compare_reps_table", lang), heads=heads, rows=rows, numbers=1)
        for sentence in windows_told(job, replicated, lang):
            solara.HTML("p", sentence, classes=["soft"])
        solara.HTML("p", html.escape(said(replicated, lang)), classes=["soft"])
        solara.HTML("p", say("compare_reps_table_hint", lang), classes=["soft"])
    parts.Charts(charts=charts)
    names = [world.scenario for world in job.address.worlds]
    stem = "-".join(["sanfang", *names, f"{replicated.reps}-replications", job.windows[0].file_name])
    with solara.Div(classes=["sf-row"]):
        saving.DownloadTable(say("compare_save_bands", lang), f"{stem}-days.csv", lambda: bands_table(job, replicated))
        saving.DownloadTable(say("compare_save_runs", lang), f"{stem}-runs.csv", lambda: replicated.runs)
        same_worlds = job.address.worlds == tuple(session.world for session in worlds)
        title = "  |  ".join(world_labels(worlds, lang)) if same_worlds else stem
        under = stamp_of(job, replicated, lang)
        drawn = partial(picture, charts, title, lang, under=under)
        saving.Download(say("save_charts", lang), f"{stem}.png", drawn, "image/png")
