"""The commands about scenarios explain, compare, check and describe them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from sanfang import Scenario
from sanfang.cli.scenario import scenario_app


def run(*arguments: str) -> str:
    result = CliRunner().invoke(scenario_app, list(arguments))
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def test_explain_tells_value_unit_range_origin_and_source(here: Path) -> None:
    arguments = ("explain", "resources", "policy.staff_devolution", "--district", "small.toml")
    words = run(*arguments)
    for word in (
        "1.0",
        "0 - 1",
        "scenarios/resources.toml",
        "the article, F1a",
        "Staff moved to communities",
        "Posts of",
    ):
        assert word in words
    assert "人员下沉" in run(*arguments, "--lang", "zh")
    (record,) = json.loads(run(*arguments, "--json"))
    assert record["value"] == 1.0
    assert record["heading"] == "idle_while_others_wait"
    everything = json.loads(run("explain", "small.toml", "--json"))
    assert len(everything) > 200
    (wage,) = [record for record in everything if record["key"] == "staffing.wage"]
    assert (wage["unit"], wage["ge"], wage["le"], wage["origin"]) == ("yuan per hour", 1, 1000, "default")


def test_diff_shows_only_what_differs(here: Path) -> None:
    arguments = ("diff", "before", "precision", "--district", "small.toml")
    changed = json.loads(run(*arguments, "--json"))["changed"]
    assert changed == [
        {"key": f"policy.{name}", "unit": "0-1", "a": 0.0, "b": 1.0}
        for name in ("need_identification", "tailoring", "data_discovery")
    ]
    words = run(*arguments)
    assert "policy.tailoring" in words
    assert "policy.triage" not in words
    assert json.loads(run("diff", "before", "before", "--district", "small.toml", "--json"))["changed"] == []


def test_validate_prints_one_json_document(here: Path) -> None:
    (result,) = json.loads(run("validate", "before", "--district", "small.toml", "--json"))
    assert result["valid"] is True
    assert result["digest"] == Scenario.load("before", district="small.toml").digest()


def test_the_schema_knows_every_section_and_extends() -> None:
    schema = json.loads(run("schema"))
    assert set(schema["properties"]) == {*Scenario.model_fields, "extends"}
    assert schema["additionalProperties"] is False
    authority = schema["$defs"]["Policy"]["properties"]["authority"]
    assert authority["label_zh"] == "社区决定权"
    assert authority["anyOf"][0] == {"type": "number", "minimum": 0, "maximum": 1}


def test_checking_a_scenario_loads_none_of_the_heavy_libraries(here: Path) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from sanfang.cli.scenario import scenario_app as app\n"
        "result = CliRunner().invoke(app, ['validate', 'before', '--district', 'small.toml'])\n"
        "heavy = {'mesa', 'numba', 'numpy', 'scipy', 'pandas', 'matplotlib', 'networkx'} & set(sys.modules)\n"
        "assert result.exit_code == 0 and not heavy, (result.output, heavy)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
