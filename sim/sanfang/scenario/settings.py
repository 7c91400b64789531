"""Settings of the command line, `--set policy.authority=0.5`, as a document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sanfang.scenario.errors import InputError
from sanfang.scenario.merging import nested
from sanfang.scenario.telling import shortened
from sanfang.scenario.toml import Document, NotToml, parse

SETTING = "--set"

MAX_SETTINGS = 1_000


def parse_settings(settings: Sequence[str]) -> Document:
    """The nested document that ``--set`` texts such as ``policy.authority=0.5`` give, the last one winning."""
    if len(settings) > MAX_SETTINGS:
        raise InputError(f"{SETTING}: is given {len(settings):,} times; write more than {MAX_SETTINGS:,} into a file")
    changes: dict[str, Any] = {}
    for setting in settings:
        path, equals, text = (part.strip() for part in setting.partition("="))
        if not equals or not path or not all(part.strip() for part in path.split(".")):
            raise InputError(f"{SETTING} {shortened(setting)}: must look like policy.authority=0.5")
        changes.pop(path, None)
        changes[path] = _setting_value(f"{SETTING} {shortened(setting)}", text)
    return nested(changes)


def _setting_value(where: str, text: str) -> Any:
    if re.fullmatch(r"[^\W\d][\w-]*", text) and text not in ("true", "false", "inf", "nan"):
        return text  # a word needs no quotes
    try:
        parsed = parse(f"value = {text}", where)
    except NotToml:
        parsed = {}
    if list(parsed) == ["value"]:
        return parsed["value"]
    raise InputError(f'{where}: the value must be a number such as 0.5, a word, "text", or a [list]')
