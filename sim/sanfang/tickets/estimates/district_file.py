"""A district file from estimates: demand on the hotline is rescaled to the file's, and all else stays a default.

Each value that is written says where it is from: `this file` (the export), `places` (the table beside it), or
`assumed`; in a file for Chinese readers 本文件, 区域表, assumed. What is not written is the default's, with the
default's sources.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanfang.scenario.errors import InputError
from sanfang.scenario.files import unfit_for_a_path
from sanfang.scenario.saving import to_toml
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.telling import printable, shortened
from sanfang.tickets.estimates.estimates import Estimates
from sanfang.tickets.estimates.hotline import CLOSE, Rates, model_hotline, scaled_hazards, season_of
from sanfang.tickets.estimates.places import Places
from sanfang.tickets.estimates.profiles import MONTHS, WEEKDAYS
from sanfang.tickets.estimates.texts import text
from sanfang.tickets.estimates.value import Bound, Estimate, Refused
from sanfang.tickets.said import in_language

BASE = "licang"
POLICY = "before"
FEWEST_RESIDENTS = 2_000
"""With fewer there is no district to simulate."""

AS_COMMUNITIES = 20_000
"""Neighbourhoods with fewer residents on average are communities; larger ones are sub-districts."""


@dataclass(frozen=True)
class DistrictFile:
    """The text of a district file, what it rests on, and what was left at the default with the reason."""

    text: str
    written: dict[str, str]
    """By dotted path, the source."""
    left: dict[str, str]
    """By dotted path, why it is the default's."""


def why_no_district(estimates: Estimates, places: Places | None) -> str:
    """Why no district file can be made, or the empty string."""
    hazard = estimates.hazards.all
    if places is None or not isinstance(hazard, Estimate):
        return hazard.reason if isinstance(hazard, Bound | Refused) else text("why.residents_needed")
    if places.residents < FEWEST_RESIDENTS:
        return text("why.few_residents", residents=places.residents, least=FEWEST_RESIDENTS)
    return ""


def district_file(
    estimates: Estimates,
    places: Places | None,
    path: Path,
    rates: Rates = model_hotline,
    name: str | None = None,
    lang: str = "en",
) -> DistrictFile:
    """What a district file at `path` would say. Its map is drawn from its `name` (None: that of the file);
    its comments and sources are in `lang`.

    `rates` runs the model (some ten seconds, up to five times). Raises `InputError` without places, and where hazards
    were refused.
    """
    why = why_no_district(estimates, places)
    if places is None or why:
        raise InputError(f"no district file: {why}")
    name = path.stem if name is None else name
    unfit = unfit_for_a_path(name)
    if unfit:
        raise InputError(f"no district file: {shortened(repr(name))}: {unfit}")
    left: dict[str, str] = {}
    values = _of_places(estimates, places, left) | _calendar(estimates, left)
    values["district.name"] = (printable(name), "")
    values["district.label_zh"] = (printable(name), "")
    values |= _hazards(estimates, values, rates, left)
    return DistrictFile(
        text=_text(estimates, values, left, path.name, printable(name), lang),
        written={key: source for key, (_, source) in values.items() if source},
        left=left,
    )


Values = dict[str, tuple[Any, str]]
"""By dotted path, a value and its source."""


def _of_places(estimates: Estimates, places: Places, left: dict[str, str]) -> Values:
    """What the table of neighbourhoods says of the district."""
    base = Scenario.load(POLICY, district=BASE).district
    residents, number = round(places.residents), len(places.table)
    mean, as_base = residents / number, text("district.as_base", base=BASE)
    values: Values = {"district.population": (residents, text("district.residents", n=number))}
    if mean < AS_COMMUNITIES:
        communities, streets = number, max(1, min(number, round(residents * base.sub_districts / base.population)))
        values["district.communities"] = (communities, text("district.one_each"))
        values["district.sub_districts"] = (streets, as_base)
        if number >= 5:
            spread = min(1.0, float(places.table["residents"].std(ddof=1)) / mean)
            values["district.community_size_cv"] = (round(spread, 3), text("district.spread"))
        _heterogeneity(estimates, values, left)
    else:
        communities = max(number, round(residents * base.communities / base.population))
        values["district.communities"] = (communities, as_base)
        values["district.sub_districts"] = (number, text("district.one_each_large"))
        left["district.heterogeneity"] = text("district.larger")
    elderly = places.share_elderly
    if math.isnan(elderly):
        left["district.share_elderly"] = text("district.no_elderly")
    elif elderly + base.share_young > 1:
        left["district.share_elderly"] = text("district.elderly_unfit", elderly=elderly, young=base.share_young)
    else:
        values["district.share_elderly"] = (round(elderly, 4), text("district.elderly"))
    posts = 10_000 * places.posts / residents
    if math.isnan(posts):
        left["staffing.officers_per_10k"] = text("district.no_posts")
    elif not 0.5 <= posts <= 60:
        left["staffing.officers_per_10k"] = text("district.posts_unfit", posts=posts)
    else:
        values["staffing.officers_per_10k"] = (round(posts, 2), text("district.posts"))
    return values


def _heterogeneity(estimates: Estimates, values: Values, left: dict[str, str]) -> None:
    differ = estimates.hazards.heterogeneity
    if isinstance(differ, Estimate):
        told = text("district.heterogeneity", n=differ.count, low=differ.low, high=differ.high)
        values["district.heterogeneity"] = (round(min(differ.value, 1.5), 3), told)
    else:
        left["district.heterogeneity"] = differ.sentence


def _calendar(estimates: Estimates, left: dict[str, str]) -> Values:
    """When needs come up: the profiles that the file allows."""
    shapes, values = estimates.arrivals.profiles, Values()
    hours = tuple(f"{hour:02d}" for hour in range(24))
    for key, table, names in (
        ("weekday_profile", shapes.weekday, WEEKDAYS),
        ("month_profile", shapes.month, MONTHS),
        ("hour_profile", shapes.hour, hours),
    ):
        path = f"calendar.{key}"
        parts = [table.get(name) for name in names]
        known = [part for part in parts if isinstance(part, Estimate)]
        if len(known) < len(names):
            why = table.get("all")
            left[path] = why.sentence if isinstance(why, Bound | Refused) else text("district.not_known")
            continue
        error = max(math.log(part.high / part.low) / 2 for part in known)
        note = text("district.note", note=known[0].note) if key == "month_profile" and known[0].note else ""
        told = text("district.shares", error=math.expm1(error), note=note)
        values[path] = (_summing_to_one([part.value for part in known]), told)
    return values


def _summing_to_one(shares: list[float]) -> list[float]:
    """Shares to five decimals, the largest taking what rounding leaves."""
    result = [round(share / sum(shares), 5) for share in shares]
    largest = result.index(max(result))
    result[largest] = round(result[largest] + 1 - sum(result), 5)
    return result


def _hazards(estimates: Estimates, values: Values, rates: Rates, left: dict[str, str]) -> Values:
    """The hazards with which the model's hotline gets what the file shows."""
    document = {key: value for key, (value, _) in values.items()}
    scenario = Scenario.load(POLICY, district=BASE).with_(document)
    default = {name: domain.hazard for name, domain in scenario.domains.items()}
    wanted = {}
    for name in default:
        seen = estimates.hazards.by_domain.get(name)
        if isinstance(seen, Estimate):
            wanted[name] = seen
        else:
            left[f"domains.{name}.hazard"] = seen.sentence if seen else text("district.no_request")
    season = season_of(estimates.begin, estimates.end, scenario)
    targets = {name: one.value / season for name, one in wanted.items()}
    hazard, error, off = scaled_hazards(scenario, targets, rates)
    total = estimates.hazards.all
    placed = sum(one.count for one in wanted.values())
    if isinstance(total, Estimate) and placed < total.count:
        left[text("district.without_domain")] = text("district.share_without", share=1 - placed / total.count)
    result: Values = {}
    for name, one in wanted.items():
        spread = math.exp(math.hypot(math.log(one.high / one.low) / 2, 1.96 * error[name]))
        far = abs(math.log(off[name])) > math.log(1 + 2 * CLOSE)
        told = text(
            "district.hazard",
            default=default[name],
            base=BASE,
            factor=hazard[name] / default[name],
            target=targets[name],
            rest=text("district.rest", off=off[name]) if far else "",
            low=hazard[name] / spread,
            high=hazard[name] * spread,
        )
        result[f"domains.{name}.hazard"] = (float(f"{hazard[name]:.4g}"), told)
    return result


def _text(estimates: Estimates, values: Values, left: Mapping[str, str], file: str, name: str, lang: str) -> str:
    domains = [key for key in values if key.startswith("domains.")]
    shapes = [
        in_language(text(f"district.{key.removeprefix('calendar.')}"), lang)
        for key in values
        if key.startswith("calendar.")
    ]
    comma = in_language(text("page.comma"), lang)
    head = text(
        "district.head",
        rows=estimates.rows,
        begin=estimates.begin,
        end=estimates.end,
        file=printable(file),
        base=BASE,
        domains=text("district.domains", n=len(domains)),
        when=text("district.when", shapes=comma.join(shapes)) if shapes else text("district.when_default"),
    )
    lines = [in_language(head, lang)]
    lines += [
        f"{key} = {to_toml(value)}" for key, value in {"extends": BASE, "label_en": name, "label_zh": name}.items()
    ]
    section = ""
    for key, (value, source) in sorted(values.items(), key=lambda item: _order(item[0])):
        above, _, last = key.rpartition(".")
        if above != section:
            section = above
            lines += ["", f"[{section}]"]
        shown = to_toml(value) if not isinstance(value, list) else "[" + ", ".join(f"{one:g}" for one in value) + "]"
        lines.append(
            f"{last} = {{ value = {shown}, source = {to_toml(in_language(source, lang))} }}"
            if source
            else f"{last} = {shown}"
        )
    if left:
        lines += ["", f"# {in_language(text('district.left'), lang)}"]
        lines += [f"#   {in_language(key, lang)}: {printable(in_language(why, lang))}" for key, why in left.items()]
    return "\n".join(lines) + "\n"


def _order(path: str) -> tuple[int, str]:
    """Sections as district files have them; within one the name first."""
    sections = ("district", "calendar", "staffing", "domains")
    above, _, last = path.rpartition(".")
    return sections.index(above.split(".")[0]), f"{above}.{'' if last == 'name' else last}"
