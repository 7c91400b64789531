"""Estimates as a page of Markdown for people: what was estimated, how sure it is, and what was refused and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from sanfang.scenario.scenario import Scenario
from sanfang.tickets.estimates.district_file import BASE, POLICY
from sanfang.tickets.estimates.durations import Closing
from sanfang.tickets.estimates.estimates import Estimates
from sanfang.tickets.estimates.silence import ASSUMPTIONS, Silence
from sanfang.tickets.estimates.texts import named, text
from sanfang.tickets.estimates.value import Bound, Refused, Result, Table
from sanfang.tickets.said import Said, in_language

MOST_ROWS = 40
"""Of a table by neighbourhood; all rows are in the JSON."""


def as_page(estimates: Estimates, lang: str = "en") -> str:
    """The page in a language, "en" or "zh"."""
    return "\n".join(_Page(lang).lines(estimates)) + "\n"


@cache
def _domains() -> dict[str, Said]:
    """The labels of the model's domains."""
    domains = Scenario.load(POLICY, district=BASE).domains
    return {name: Said(domain.label_en, domain.label_zh) for name, domain in domains.items()}


@dataclass(frozen=True)
class _Page:
    """Parts of the page in one language."""

    lang: str

    def lines(self, estimates: Estimates) -> Iterator[str]:
        coming, closing, moved = estimates.arrivals, estimates.closing, estimates.moved
        hazards, links, shapes = estimates.hazards, estimates.links, coming.profiles
        yield f"# {self.say('title')}"
        yield ""
        yield self.say("rows", rows=estimates.rows, begin=estimates.begin, end=estimates.end, days=coming.days)
        yield self.say("rules")
        if estimates.doubts:
            yield ""
        yield from (f"- {in_language(doubt, self.lang)}" for doubt in estimates.doubts)
        yield from self.table("requests", {"all_rows": coming.contacts, "own_requests": coming.requests}, self.say)
        yield from self.table("by_domain", coming.by_domain, self.domain)
        yield from self.table("by_neighbourhood", coming.by_neighbourhood, self.name)
        yield from self.table("per_resident", {"all": hazards.all, **hazards.by_domain}, self.domain)
        yield from self.table("per_resident_places", hazards.by_neighbourhood, self.name)
        yield from self.table("differ", {"beyond_chance": hazards.heterogeneity}, self.say)
        yield from self.table("weekday", shapes.weekday, self.of("weekday"))
        yield from self.table("month", shapes.month, self.of("month"))
        yield from self.table("hour", shapes.hour, self.name)
        yield from self.table("festival", shapes.festival, self.of("festival"))
        yield from self.table("vary", {"beyond_chance": coming.extra_variance}, self.say)
        for name, one in {"all": closing.all, **closing.by_domain}.items():
            yield from self.closing(self.domain(name), one)
        yield from self.table("at_once", {"all": closing.at_once}, self.name)
        yield from self.left_out(closing.left_out)
        yield from self.table("duplicates", {"all": links.duplicates, **links.duplicates_by_domain}, self.domain)
        yield from self.table("repeats", {"all": links.repeats, **links.repeats_by_domain}, self.domain)
        yield from self.table("passed_on", {"all": moved.transferred, **moved.transferred_by_domain}, self.domain)
        yield from self.table("times_passed_on", {"all": moved.transfers_mean}, self.name)
        yield from self.table("channels", moved.channels, self.name)
        yield from self.silence(estimates.silence)

    def say(self, key: str, **facts: object) -> str:
        """A text of the page."""
        return in_language(text(f"page.{key}", **facts), self.lang)

    def name(self, name: str) -> str:
        """A name of the file as it is; of all, and of pooled cells, in the page's language."""
        return named("name", name, self.lang)

    def of(self, section: str) -> Callable[[str], str]:
        """How the names of a section are said."""
        return lambda name: named(section, self.name(name), self.lang)

    def domain(self, name: str) -> str:
        """The label of a domain of the model."""
        return in_language(_domains().get(name, self.name(name)), self.lang)

    def table(self, title: str, table: Table, said: Callable[[str], str], **facts: object) -> Iterator[str]:
        """A heading and a table; one sentence where all of it was refused; nothing where there is nothing."""
        if not table:
            return
        yield from ("", f"## {self.say(title, **facts)}", "")
        first = next(iter(table.values()))
        if list(table) == ["all"] and isinstance(first, Refused):
            yield self.say("refused_why", why=first.reason)
            return
        yield from (self.say("head"), "|---|---|---|---|---|---|")
        for name, one in list(table.items())[:MOST_ROWS]:
            yield self.row(said(name), one)
        if len(table) > MOST_ROWS:
            yield from ("", self.say("more", n=len(table) - MOST_ROWS))

    def row(self, name: str, one: Result) -> str:
        shown = name.replace("|", "/").replace("\n", " ")
        if isinstance(one, Refused):
            return f"| {shown} | {self.say('refused')} | | | | {in_language(one.reason, self.lang)} |"
        unit = in_language(one.unit, self.lang)
        if isinstance(one, Bound):
            least, why = self.say("at_least", least=one.at_least), in_language(one.reason, self.lang)
            return f"| {shown} | {least} | | {unit} | {one.count:,} | {why} |"
        key = "interval" if math.isfinite(one.high) else "no_upper_end"
        interval, note = self.say(key, low=one.low, high=one.high), in_language(one.note, self.lang)
        return f"| {shown} | {one.value:.3g} | {interval} | {unit} | {one.count:,} | {note} |"

    def closing(self, name: str, closing: Closing | Refused) -> Iterator[str]:
        if isinstance(closing, Refused):
            yield from self.table("closing", {"all": closing}, self.name, name=name)
            return
        results = {key: getattr(closing, key) for key in ("median", "p90", "fitted_median", "fitted_p90")}
        rows = {self.say(key): one for key, one in results.items()}
        rows |= {self.say("after", day=day): one for day, one in closing.still_open.items()}
        yield from self.table("closing", rows, str, name=name)
        if closing.family:
            comma = self.say("comma")
            aic = comma.join(f"{named('family', key, self.lang)} {value:.0f}" for key, value in closing.aic.items())
            parameters = comma.join(
                f"{named('parameter', key, self.lang)} = {value:.3g}" for key, value in closing.parameters.items()
            )
            misfit = "" if math.isnan(closing.misfit) else text("page.misfit", misfit=closing.misfit)
            family = text(f"family.{closing.family}")
            yield from ("", self.say("fit", family=family, parameters=parameters, aic=aic, misfit=misfit))

    def left_out(self, left_out: Mapping[str, str]) -> Iterator[str]:
        if left_out:
            counts = [self.say("left_out_one", count=count, why=why) for why, count in left_out.items()]
            yield from ("", self.say("left_out", counts=self.say("separator").join(counts)))

    def silence(self, silence: Mapping[str, Silence | Refused]) -> Iterator[str]:
        delays: dict[str, Result] = {
            name: one if isinstance(one, Refused) else one.delay_days for name, one in silence.items()
        }
        yield from self.table("silence", delays, self.domain)
        if any(isinstance(one, Silence) for one in silence.values()):
            yield from ("", self.say("assumes"), "")
            yield from (f"- {in_language(assumption, self.lang)}" for assumption in ASSUMPTIONS)
