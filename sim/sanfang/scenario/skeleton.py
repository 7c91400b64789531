"""A first file of one's own, for a scenario or a district: its lines are made from the declarations.

What most people change is written out, each line with label, unit, range and source; the comments point to the rest.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from sanfang.scenario.catalogue import Parameter, find, values
from sanfang.scenario.declare import MAX_NAME_LENGTH
from sanfang.scenario.errors import InputError
from sanfang.scenario.files import unfit_for_a_path
from sanfang.scenario.reading import DEFAULT_DISTRICT
from sanfang.scenario.saving import to_toml
from sanfang.scenario.scenario import Scenario
from sanfang.scenario.sources import ASSUMED
from sanfang.scenario.telling import printable, shortened

What = Literal["scenario", "district"]

NO_POLICY = "before"
"""The scenario that a new one builds on."""

OF_A_SCENARIO = ("run", "policy")
OF_A_DISTRICT = ("district", "staffing", "money", "domains.*.hazard", "departments.*.posts_per_100k")
"""Sections, or single parameters of everything in a table, that are written out."""

MAX_SOURCE_LENGTH = 70
"""Characters of another file's source: `explain` has the whole."""

SCENARIO_HEAD = {
    "en": """\
# A scenario of your own: what is decided, on a district as it is. Sanfang's docs/writing.md leads through it.
#
#     sanfang scenario validate {file}        is it right, and what does it rest on?
#     sanfang scenario diff {base} {file}     what is different?
#     sanfang compare {base} {file} --scale 0.1 --reps 5
#     sanfang scenario explain {file}         every value there is, with unit, range and source
#
# Each line below that begins with # shows what holds without it: take the # away and change the value. A lever is a
# number from 0 to 1, or a schedule [[0, 0.0], [180, 1.0]]: from day 0 nothing, from day 180 all of it. A policy is
# complete: once one lever is set here, all others are off, those of the district's present policy too.
""",
    "zh": """\
# 自己的政策方案：在现有的区上采取哪些措施。逐步说明见 Sanfang 的 docs/writing.md。
#
#     sanfang scenario validate {file}        是否正确，依据什么
#     sanfang scenario diff {base} {file}     改了什么
#     sanfang compare {base} {file} --scale 0.1 --reps 5
#     sanfang scenario explain {file} --lang zh    全部取值及单位、范围、依据
#
# 以下以 # 开头的各行是不写时的取值：去掉 # 再改数值即可。政策措施取 0 到 1 的数，
# 或按日程 [[0, 0.0], [180, 1.0]]：第 0 天起为零，第 180 天起全部到位。方案是完整的：此处只要写了一项措施，
# 其余措施一律为零，该区现行政策中的措施也不例外。
""",
}
DISTRICT_HEAD = {
    "en": """\
# A district of your own. Sanfang's docs/writing.md leads through it.
#
#     sanfang scenario validate {file}        is it right, and what does it rest on?
#     sanfang scenario explain {file}         every value there is, with unit, range and source
#     sanfang compare before three-devolutions --district {file} --reps 5
#
# What is not written here is that of `{base}`, with its sources. Each line that begins with # shows it: take the # away
# and say where your value comes from: {{ value = 0.25, source = "statistical yearbook 2025, table 3-2" }}; a guess says
# "assumed" and its range. A domain or department that your district does not have: domains.NAME = false
""",
    "zh": """\
# 自己的区。逐步说明见 Sanfang 的 docs/writing.md。
#
#     sanfang scenario validate {file}        是否正确，依据什么
#     sanfang scenario explain {file} --lang zh    全部取值及单位、范围、依据
#     sanfang compare before three-devolutions --district {file} --reps 5
#
# 没有写的取值沿用 `{base}` 的数值和依据，以 # 开头的各行即是：去掉 # 改成本区数值，并写明依据：
# {{ value = 0.25, source = "2025年统计年鉴表3-2" }}；估计的写 "assumed" 并注明范围。
# 本区没有的领域或部门：domains.NAME = false
""",
}


def write_skeleton(name: str, what: What, lang: str) -> Path:
    """Write a new file called `name`, a file name or a path, with or without `.toml`; the path.

    Raises `InputError` for a name that no file may have, a folder that is not there, or a file that is.
    """
    path = Path(name if name.endswith(".toml") else f"{name}.toml")
    shown = shortened(repr(name), 200)
    unfit = _unfit(path)
    if unfit:
        raise InputError(f"{shown}: is no name for a {what}: {unfit}")
    text = skeleton(path, what, lang)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"{shown}: {path.name} is there already, and is not written over") from None
    except FileNotFoundError:
        raise InputError(f"{shown}: there is no folder {shortened(str(path.parent), 200)} to write into") from None
    except OSError as error:
        raise InputError(f"{shown}: cannot be written: {error.strerror}") from None
    return path


def _unfit(path: Path) -> str:
    if "\0" in str(path):
        return "it has a null in it"
    if len(path.stem) > MAX_NAME_LENGTH:
        return f"must have at most {MAX_NAME_LENGTH} characters"
    return unfit_for_a_path(path.stem)


def skeleton(path: Path, what: What, lang: str) -> str:
    """The text of a new file that will lie at `path`, with comments in `lang` ("en" or "zh")."""
    base = NO_POLICY if what == "scenario" else DEFAULT_DISTRICT
    head = (SCENARIO_HEAD if what == "scenario" else DISTRICT_HEAD)[lang]
    about = {"label_en": path.stem, "label_zh": path.stem, "description" if lang == "en" else "description_zh": ""}
    lines = [head.format(file=shlex.quote(printable(str(path))), base=base)]
    lines += [f"{key} = {to_toml(value)}" for key, value in {"extends": base, **about}.items()]
    scenario = Scenario.load(base)
    for section in OF_A_SCENARIO if what == "scenario" else OF_A_DISTRICT:
        lines += ["", *_section(scenario, section, path.stem, lang)]
    return "\n".join(lines) + "\n"


def _section(scenario: Scenario, section: str, name: str, lang: str) -> Iterator[str]:
    """The lines of a section. What a district must say of itself is set, to the default; the rest are comments."""
    declared = find(section)
    if declared is not None:
        yield f"# {_words(declared, lang)}"
    for path, parameter, value in values(scenario):
        if declared is not None and parameter.path == section:
            what = _owner(scenario, path, lang)
        elif declared is None and path.startswith(f"{section}."):
            what = _words(parameter, lang)
        else:
            continue
        if parameter.kind == "text":
            yield f"{path} = {to_toml(name if parameter.name == 'name' else '')}  # {what}"
        elif section == "district" and parameter.role == "constant":
            yield f"{path} = {{ value = {to_toml(parameter.default)}, source = {to_toml(ASSUMED)} }}  # {what}"
        else:
            source = "" if parameter.role == "lever" else f"; {shortened(scenario.source(path), MAX_SOURCE_LENGTH)}"
            yield f"# {path} = {to_toml(value)}  # {what}{source}"


def _words(parameter: Parameter, lang: str) -> str:
    """Label, with unit and range; of a lever, whose range is always the same, with its rows in the article."""
    label = parameter.label(lang)
    if parameter.role == "lever":
        return f"{label} [{parameter.ids}]" if parameter.ids else label
    if parameter.ge is None or parameter.le is None:
        return label
    unit = "" if parameter.unit in ("-", "0-1") else f" {parameter.unit}"
    return f"{label}; {parameter.ge:g} - {parameter.le:,.10g}{unit}"


def _owner(scenario: Scenario, path: str, lang: str) -> str:
    """The label of the domain or department that a path belongs to."""
    table, owner = path.split(".")[:2]
    return str(getattr(getattr(scenario, table)[owner], f"label_{lang}") or owner)
