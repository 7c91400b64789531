"""`sanfang scenario`: check, explain and compare scenario files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanfang.cli.endings import INPUT_IS_WRONG, user_errors
from sanfang.cli.loading import load
from sanfang.cli.options import AsJson, District, Language, Settings
from sanfang.cli.telling import print_json, say, tell_error
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.telling import printable, shortened

if TYPE_CHECKING:
    from rich.table import Table

    from sanfang.scenario.catalogue import Parameter
    from sanfang.scenario.scenario import Scenario

scenario_app = typer.Typer(no_args_is_help=True, help="Check, explain and compare scenario files.")


HEADINGS = {
    Language.EN: ("Key", "Label", "Value", "Unit", "Range", "Value from", "Source"),
    Language.ZH: ("参数", "名称", "取值", "单位", "范围", "取值来自", "依据"),
}


@scenario_app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name or path of the file to write; `.toml` is put behind it.")],
    district: Annotated[bool, typer.Option("--district", help="A district instead of a scenario.")] = False,
    lang: Annotated[Language, typer.Option(help="Language of the comments.")] = Language.EN,
) -> None:
    """Write a first file of your own, with comments; it is right as it stands. No file is ever written over."""
    from sanfang.scenario.skeleton import write_skeleton

    with user_errors():
        path = write_skeleton(name, "district" if district else "scenario", lang)
    say(f"{path} is written; its first lines say how to go on")


@scenario_app.command()
def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenarios: bare names or files.")],
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Check scenario files: exit status 0 if all are right, else 2 with one message for each thing that is wrong."""
    from sanfang.scenario.sources import SourceSummary
    from sanfang.scenario.years_before import shocks

    results: list[dict[str, Any]] = []
    for file in files:
        try:
            loaded = load(file, district)
            basis = SourceSummary.of(loaded)
            about = {"digest": loaded.digest(), "message": None, "notes": list(loaded.notes), **basis.to_dict()}
            about["shocks"] = changes = shocks(loaded)
            results.append({"scenario": file, "valid": True, **about})
            if not as_json:
                say(f"{file}: valid; " + "\n".join([*basis.lines(), *changes]))
        except InputError as error:
            if str(error) not in {result["message"] for result in results}:  # a district is wrong for all of them
                tell_error(error)
            results.append({"scenario": file, "valid": False, "digest": None, "message": str(error), "notes": []})
    if as_json:
        print_json(results)
    if not all(result["valid"] for result in results):
        raise typer.Exit(INPUT_IS_WRONG)


@scenario_app.command()
def explain(
    scenario: Annotated[str, typer.Argument(help="A bare name or a file.")],
    key: Annotated[str | None, typer.Argument(help="A parameter or a section, such as policy. Default: all.")] = None,
    district: District = None,
    settings: Settings = None,
    lang: Annotated[Language, typer.Option(help="Language of the labels.")] = Language.EN,
    as_json: AsJson = False,
) -> None:
    """Show what a scenario sets: value, unit, range, where each value came from, and its source."""
    with user_errors():
        loaded = load(scenario, district, settings)
        shown = list(_selected(loaded, key))
    if as_json:
        print_json([_record(loaded, *item) for item in shown])
        return
    table = _table(*HEADINGS[lang])
    for path, parameter, value in shown:
        origin = loaded.origin(path)
        table.add_row(
            path,
            parameter.label(lang),
            _text(value),
            parameter.unit,
            _range(parameter),
            printable(origin),
            printable(loaded.source(path)),
        )
    _print_table(table)
    if len(shown) == 1 and shown[0][1].acts:
        say(shown[0][1].acts_zh if lang is Language.ZH else shown[0][1].acts)


@scenario_app.command()
def schema() -> None:
    """Print the JSON schema of scenario files."""
    from sanfang.scenario.catalogue import json_schema

    print_json(json_schema())


@scenario_app.command()
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A bare name or a file.")],
    b: Annotated[str, typer.Argument(metavar="B", help="A bare name or a file.")],
    district: District = None,
    lang: Annotated[Language, typer.Option(help="Language of the labels.")] = Language.EN,
    as_json: AsJson = False,
) -> None:
    """Show only the parameters in which two scenarios differ, side by side."""
    from sanfang.scenario.catalogue import values

    with user_errors():
        first, second = (load(name, district) for name in (a, b))
    sides = [{path: (parameter, value) for path, parameter, value in values(side)} for side in (first, second)]
    changed = []
    for path in dict.fromkeys([*sides[0], *sides[1]]):
        if parameter_and_values := [side.get(path) for side in sides]:
            ours, theirs = (item[1] if item else None for item in parameter_and_values)
            parameter = next(item[0] for item in parameter_and_values if item)
            if ours != theirs and parameter.section:
                changed.append((path, parameter, ours, theirs))
    if as_json:
        rows = [{"key": path, "unit": parameter.unit, "a": x, "b": y} for path, parameter, x, y in changed]
        print_json({"a": a, "b": b, "changed": rows})
        return
    table = _table(*HEADINGS[lang][:2], printable(a), printable(b), HEADINGS[lang][3])
    for path, parameter, ours, theirs in changed:
        table.add_row(path, parameter.label(lang), _text(ours), _text(theirs), parameter.unit)
    _print_table(table)


# --- Selecting and printing -------------------------------------------------------------------------


def _selected(scenario: Scenario, key: str | None) -> Iterator[tuple[str, Parameter, Any]]:
    """The parameters at or below `key`. Raises `InputError` if there are none."""
    from sanfang.scenario.catalogue import values

    everything = list(values(scenario))
    chosen = [item for item in everything if key is None or item[0] == key or item[0].startswith(f"{key}.")]
    if not chosen:
        paths = [path for path, _, _ in everything]
        known = [*paths, *(path.rpartition(".")[2] for path in paths), *(path.split(".")[0] for path in paths)]
        raise InputError(
            f"{shortened(str(key))!r}: is no parameter or section of this scenario{nearest(str(key), known)}"
        )
    return iter(chosen)


def _record(scenario: Scenario, path: str, parameter: Parameter, value: Any) -> dict[str, Any]:
    record = {
        "key": path,
        "value": value,
        "unit": parameter.unit,
        "ge": parameter.ge,
        "le": parameter.le,
        "choices": parameter.choices or None,
        "default": parameter.default,
        "role": parameter.role,
        "origin": scenario.origin(path),
        "source": scenario.source(path),
        "label_en": parameter.label_en,
        "label_zh": parameter.label_zh,
    }
    lever = {name: getattr(parameter, name) for name in ("ids", "heading", "acts", "group")}
    return record | (lever if parameter.role == "lever" else {})


def _range(parameter: Parameter) -> str:
    if parameter.ge is None or parameter.le is None:
        return ", ".join(parameter.choices)
    return f"{parameter.ge:g} - {parameter.le:,.10g}"


def _text(value: Any) -> str:
    from sanfang.scenario.telling import in_words

    if value is None:
        return "-"
    return printable(value if isinstance(value, str) else in_words(value))


def _table(*headings: str) -> Table:
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _print_table(table: Table) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 200  # a file or a pipe has no width; narrow columns would break every line
    console.print(table)
