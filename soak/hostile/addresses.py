"""Addresses of pages: what stands after the question mark, as a browser sends it, or somebody else."""

from __future__ import annotations

import pkgutil
import random
from urllib.parse import quote, quote_plus

from sanfang.dashboard import pages
from soak.hostile import nasty
from soak.hostile.case import Case

PAGES = tuple("/" if page.name == "live" else f"/{page.name}" for page in pkgutil.iter_modules(pages.__path__))
RIGHT: dict[str, tuple[str, ...]] = {
    "lang": ("en", "zh"), "district": ("demo", "licang"), "size": ("0.02", "0.1", "1"), "seed": ("1", "999999"),
    "days": ("1", "365", "1095"), "day": ("0", "1", "5"), "a": ("before", "three-devolutions"), "b": ("unfunded",
    "before"),
    "c": ("services",), "a.levers": ("authority:1", "authority:1,triage:0.5"), "a.moves": ("0:triage:0.5",
    "3:authority:0"),
    "b.levers": ("triage:0",), "b.moves": ("2:one_window:1,2:one_window:0",), "c.levers": ("authority:.5",),
    "experiment": ("experiments/mechanisms/D3a", "demo-grid", "results/x", "../x"), "x": ("tasks.load",),
    "y": ("tasks.load",),
    "metric": ("satisfaction", "waste_share"), "request": ("0", "0123456789abcdef"), "domain": ("care",),
    "lesson": ("three-together.1", "three-together.99", "duties-without-means.0"), "check": ("pooling", "load"),
    "community": ("c001", "c999"), "map": ("satisfaction",), "answer": ("rise,fall,-", "1.5,-3"), "kind": ("urgent",),
    "whose": ("all",), "flow": ("tiers",), "view": ("lives", "sure"), "against": ("a", "b"), "statistic": ("mean",),
    "which": ("slowest",), "resident": ("1", "99999999"), "sort": ("days",),
    "script": ("ten-minutes.1", "ten-minutes.99", "../x.1"), "theme": ("dark", "x"),
}  # fmt: skip
"""Keys that pages know, each with values that are right or nearly so."""


def generate(rng: random.Random) -> Case:
    return Case(given=(query(rng),))


def attempt(case: Case) -> None:
    """Read the address as pages do, and simulate a day of each of its worlds."""
    from sanfang.dashboard.address import read, scenario_of
    from sanfang.run.simulation import simulate
    from sanfang.scenario.errors import InputError

    address, problems = read(case.given[0])
    again, _ = read(address.query())
    assert again == address, "the address that a page shows gives another page"
    for world in address.worlds:
        simulate(scenario_of(address, world), seed=address.seed, days=1, scale=address.size)
    if len(problems) > 1:
        raise InputError("; ".join(problems))


def query(rng: random.Random) -> str:
    """Pairs of keys and values, mostly right, some of them nasty, some twice, some broken."""
    pairs = []
    for _ in range(rng.choice((0, 1, 3, 6, 12))):
        key = rng.choice(list(RIGHT)) if rng.random() < 0.9 else _text(rng)
        pairs.append(_pair(rng, key))
    if rng.random() < 0.03:
        pairs += [_pair(rng, "seed")[:100]] * rng.choice((100, 10_000))
    text = rng.choice(("&",) * 20 + (";", "&&", "?")).join(pairs)
    return text[: rng.randrange(len(text) + 1)] if rng.random() < 0.05 else text


def _pair(rng: random.Random, key: str) -> str:
    if rng.random() < 0.6 and key in RIGHT:
        value = rng.choice(RIGHT[key])
    elif key.endswith(("levers", "moves")):
        value = ",".join(_move(rng) for _ in range(rng.choice((1, 3, 300))))
    else:
        value = rng.choice((str(nasty.number(rng)), _text(rng), _text(rng)))
    if rng.random() < 0.1:
        return f"{key}={value}"  # as it is: not what a browser sends
    write = rng.choice((quote, quote_plus))
    return f"{write(key.encode('utf-8', 'surrogatepass'))}={write(value.encode('utf-8', 'surrogatepass'))}"


def _text(rng: random.Random) -> str:
    """A nasty text, not longer than a whole address may be."""
    return nasty.text(rng)[:30_000]


def _move(rng: random.Random) -> str:
    day = rng.choice(("0", "1", "1094", "1096", "-1", "1e3", "٣", str(nasty.number(rng))))
    name = rng.choice(("authority", "triage", "service_scope", "__class__", _text(rng)))
    return rng.choice((":", ":", "::", "")).join((day, name, rng.choice(("0", "1", "0.5", str(nasty.number(rng))))))
