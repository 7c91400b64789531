"""Values that programs stumble over. Each kind of input mixes them with what is right."""

from __future__ import annotations

import random
from typing import Any

from soak.hostile.case import SANDBOX


class Raw(str):
    """TOML as it is to stand in the file, right or wrong."""


NUMBERS = ("0", "-0.0", "1", "-1", "0.5", "1e-300", "5e-324", "1e308", "1e999", "-1e999", "nan", "-nan", "inf", "-inf",
           "2147483647", "2147483648", "9007199254740993", "9223372036854775807", "9223372036854775808",
           "18446744073709551616", "-9223372036854775809", "99999999999", "0x7fffffffffffffff", "1_000", "1__0", "0o17",
           "+1", "01", "1.", ".5", "1e", "٣", "１", "true", "½")  # fmt: skip
"""As they are written: some are numbers only to a careless reader."""

LONG_NUMBERS = ("9" * 400, "-" + "9" * 400, "1" + "0" * 4999, "0." + "3" * 400, "1e" + "9" * 400, "0x" + "f" * 5000)

DATES = ("0001-01-01", "9999-12-31", "9999-12-01", "2024-02-29", "2025-02-29", "1969-12-31", "1582-10-10", "07:32:00",
         "1979-05-27T07:32:00", "9999-12-31T23:59:59.999999-08:00", "2025-01-01 00:00:00Z")  # fmt: skip

TEXTS = (
    "", " ", "\t", "\n", "a\nb", "a\r\nb", "\0", "a\0b", "\x1b[2J\x1b]0;owned\x07", "\x1b[31mred", "\x9b31m",
    "\x08" * 9,
    "\x7f", "\u202egnp.exe", "\u200b", "\ufeff", "\ud800", "\udcff", "\U0010ffff", "é", "e\u0301" * 40, "三放两化",
    "😀",
    "[/x]", "[bold]x", "[link=http://127.0.0.1]x[/link]", "[a]", "[", "]", "\\[", ":smile:", "{0.__class__}", "{}",
    "{x!r}",
    "{0:9999999999}", "%s%s%n", "%(x)s", "$(touch x)", "`touch x`", "; touch x", "'", '"', "'''", '"""', "\\", "\\x",
    "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "=cmd|' /C calc'!A0", "__class__", "__init__", "__proto__", "a.b",
    "None", "null", "NaN", "-", "--", "--help", "-h", "*", "?", "~", "#", "a=b", "=", ",", "before", "licang", "policy",
    "name", "extends",
)  # fmt: skip

PATHS = (
    "..", ".", "/", "//", "../..", "../../x", "../x", "a/../../x",
    "../../../../x", f"{SANDBOX}/canary/x", f"{SANDBOX}/x",
    "~/x", "./x", "a/b", "a\\b", "..\\..\\x", "C:\\x", "\\\\127.0.0.1\\x", "file:///x", "CON", "NUL", "aux.toml", "a:b",
    "x.toml", "x/", "x.", " x", "x ", ".hidden", "-x", "a" * 255, "a" * 300, "a/" * 2000, "é" * 128, "/dev/null",
    "/dev/full", "/dev/null/x", "/dev/zero", "/proc/self/environ", "/proc/self/mem", "/proc/self/pagemap",
    "/proc/kcore",
    "/proc/nowhere/x", "/proc/self/fd/0", "results", "scenarios", "experiments", "scenarios/districts", "sweep.sqlite",
)  # fmt: skip

ENCODINGS = ("utf-8",) * 17 + ("latin-1", "ascii", "gbk")
"""Of the terminal or the pipe that the program prints to."""


def number(rng: random.Random) -> Raw:
    """A number, or what looks like one."""
    return Raw(rng.choice(LONG_NUMBERS) if rng.random() < 0.15 else rng.choice(NUMBERS))


def text(rng: random.Random) -> str:
    """A text that somebody may print, format, take for a path or for markup."""
    chance = rng.random()
    if chance < 0.03:
        part = rng.choice(TEXTS + PATHS)
        return part * (rng.choice((1_000, 100_000, 1_000_000)) // max(1, len(part)))
    if chance < 0.25:
        return "".join(rng.choice(TEXTS) for _ in range(rng.randint(2, 4)))
    return rng.choice(PATHS if chance < 0.4 else TEXTS)


def nested(rng: random.Random, deepest: int = 10_000) -> Raw:
    """A value within a value within a value."""
    depth = rng.choice([depth for depth in (3, 30, 300, 3_000, 10_000) if depth <= deepest])
    if rng.random() < 0.5:
        return Raw("[" * depth + "]" * depth)
    return Raw("{a=" * depth + "1" + "}" * depth)


def many(rng: random.Random, most: int = 3_000_000) -> Any:
    """A list or a table with very many items."""
    count = rng.choice([count for count in (100, 10_000, 100_000, 3_000_000) if count <= most])
    if rng.random() < 0.5 or count > 100_000:
        return Raw("[" + rng.choice(("0,", "0.5,", "[0,1],", '"",')) * count + "]")
    return {f"{rng.choice(('a', 'policy', 'c'))}{place}": 0 for place in range(count)}


def value(rng: random.Random) -> Any:
    """Anything but what is expected."""
    chance = rng.random()
    if chance < 0.02:
        return many(rng) if rng.random() < 0.5 else nested(rng)
    if chance < 0.4:
        return number(rng)
    if chance < 0.5:
        return Raw(rng.choice(DATES))
    if chance < 0.6:
        return rng.choice(
            ([], {}, [[]], [{}], True, False, [True], [1, "a"], {"a": {}}, [[0, 1.0], [0, 0.5]], [[1, 2, 3]])
        )
    if chance < 0.66:
        return [value(rng) for _ in range(rng.randint(1, 4))]
    if chance < 0.7:
        return {text(rng): value(rng) for _ in range(rng.randint(1, 3))}
    return text(rng)
