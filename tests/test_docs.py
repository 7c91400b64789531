"""The documentation says what the code does: tables agree, links lead somewhere, examples run."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs import tour_pictures
from docs.tours import TOURS
from typer.testing import CliRunner

from hand_made import examples
from sanfang import Scenario
from sanfang.cli.app import app
from sanfang.model.books.headings import HOUR_HEADINGS, YUAN_HEADINGS
from sanfang.report.behaviour_table import behaviour_table
from sanfang.report.module_table import module_table, modules, summary
from sanfang.report.parameter_table import parameter_table
from sanfang.scenario.catalogue import levers, parameters

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
WITH_CODE = [page for page in PAGES if "```python" in page.read_text("utf-8")]
PACKAGE = ROOT / "sim" / "sanfang"


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", link)]


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as they are shown on the web."""
    found = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def test_the_page_of_parameters_is_up_to_date() -> None:
    hint = "write it anew: python -m sanfang.report.parameter_table > docs/parameters.md"
    assert (ROOT / "docs" / "parameters.md").read_text("utf-8") == parameter_table(), hint


def test_the_page_of_parameters_tells_every_parameter() -> None:
    page = parameter_table()
    assert [one.path for one in parameters() if f"`{one.name}`" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{name_of(page)}: {link}"
        if anchor:
            assert anchor in anchors(target), f"{name_of(page)}: {link}"


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # what an example saves does not end up in the repository
    names: dict[str, object] = {"__name__": "example"}
    for block in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL):
        exec(compile(block, name_of(page), "exec"), names)


def test_the_table_of_levers_agrees_with_their_declarations() -> None:
    rows = re.findall(r"^\| ([A-Z0-9a-z, ]+) \| `(\w+)` \| (.+?) \| .+? \| `(\w+)`", _model_page(), flags=re.MULTILINE)
    assert rows == [(one.ids, one.name, one.label_zh, one.heading) for one in levers(extensions=False)]


def test_the_price_of_every_lever_is_a_heading_of_the_ledger() -> None:
    assert [one.name for one in levers() if one.heading not in HOUR_HEADINGS + YUAN_HEADINGS] == []


def test_names_in_the_description_of_the_model_occur_in_the_code() -> None:
    code = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path.parent.name != "report")
    known = set(re.findall(r"\w+", code)) | {path.stem for path in PACKAGE.rglob("*.py")} | {"py"}
    named = {part for name in re.findall(r"`([\w.]+)`", _model_page()) for part in name.split(".")}
    assert sorted(name for name in named - known if not name.endswith("_")) == []


def test_files_named_in_the_architecture_exist() -> None:
    known = [name_of(path) for path in [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]]
    named = set(re.findall(r"`([\w/]+\.py)`", _architecture_page()))
    assert sorted(name for name in named if not any(f"/{one}".endswith(f"/{name}") for one in known)) == []


def test_names_in_the_architecture_occur_in_the_code() -> None:
    """Those of libraries apart, which the project may have rejected."""
    before, _, rest = _architecture_page().partition("## Libraries")
    text = re.sub(r"```.*?```", "", before + rest[rest.index("## ") :], flags=re.DOTALL)
    code = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    known = set(re.findall(r"\w+", code)) | {path.stem for path in PACKAGE.rglob("*.py")}
    named = {part for name in re.findall(r"`([\w.]+)`", text) for part in name.removesuffix(".py").split(".")}
    assert sorted(named - known) == []


@pytest.mark.parametrize("tour", TOURS)
def test_the_stops_of_a_tour_are_where_it_says(tour: str) -> None:
    stops = TOURS[tour].stops
    assert [(stop.file, name) for stop in stops for name in stop.names if name not in defined_in(stop.file)] == []


def defined_in(file: str) -> set[str]:
    """What a file of the package defines: functions, classes, their members as `Class.member`, and constants."""
    text = (PACKAGE / file).read_text("utf-8")
    if file.endswith(".vue"):
        return set(re.findall(r"^ +(\w+)\(.*\) \{", text, flags=re.MULTILINE))
    return set(_defined(ast.parse(text).body, ""))


def _defined(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from _defined(node.body, f"{prefix}{node.name}.")
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (prefix + target.id for target in targets if isinstance(target, ast.Name))


@pytest.mark.parametrize("name", [*TOURS, "layers"])
def test_the_pictures_of_the_architecture_are_up_to_date(name: str) -> None:
    expected = tour_pictures.layer_text() if name == "layers" else tour_pictures.tour_text(TOURS[name])
    assert tour_pictures.said_by(name) == expected, "draw them anew: make tours"


def test_the_page_of_modules_is_up_to_date() -> None:
    hint = "write it anew: python -m sanfang.report.module_table > docs/modules.md"
    assert (ROOT / "docs" / "modules.md").read_text("utf-8") == module_table(), hint


def test_the_page_of_modules_has_every_module() -> None:
    assert set(PACKAGE.rglob("*.py")) - set(modules()) == {PACKAGE / "__init__.py", PACKAGE / "__main__.py"}


def test_the_table_of_the_parts_of_behaviour_is_what_their_experiments_published() -> None:
    assert "\n".join(behaviour_table()) in (ROOT / "docs" / "behaviour.md").read_text("utf-8")


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    assert [name_of(path) for path in modules() if not summary(path).endswith(".")] == []


def _architecture_page() -> str:
    return (ROOT / "docs" / "architecture.md").read_text("utf-8")


def _model_page() -> str:
    return (ROOT / "docs" / "model.md").read_text("utf-8")


def test_every_worked_example_is_tried() -> None:
    """`test_examples_*.py` has a test for each example of docs/model.md, named after it, and for nothing else."""
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_examples_*.py"))
    tried = [name.replace("_", " ") for name in re.findall(r"^def test_example_(\w+)", tests, flags=re.MULTILINE)]
    assert sorted(tried) == sorted(examples())


def test_the_page_on_writing_files_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its commands and files, in their order, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "writing.md").read_text("utf-8")
    commands = 0
    step = re.compile(r"^    (sanfang [^\n]+)$|^```toml\n# (\S+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
    for found in step.finditer(text):
        command, name, content = found.groups()
        if name:
            assert (tmp_path / name).exists(), "it was begun by a command"
            (tmp_path / name).write_text(content, "utf-8")
            continue
        result = CliRunner().invoke(app, shlex.split(command)[1:])
        assert result.exit_code == 0, f"{command}: {result.output}"
        commands += 1
    assert commands > 10
    complete = Scenario.load("mine.toml", district="harbour.toml")
    complete.save("complete.toml")
    assert Scenario.load("complete.toml").digest() == complete.digest()
