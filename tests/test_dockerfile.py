"""The plain facts of the Dockerfile, read and not built: pinned, nobody's administrator, closed without a password."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sanfang.cli import dashboard
from sanfang.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "Dockerfile").read_text("utf-8")
LINES = [line.split(maxsplit=1) for line in TEXT.splitlines() if line and not line.startswith("#")]


def given(name: str) -> list[str]:
    """What stands after each instruction `name`."""
    return [rest for word, rest in LINES if word == name]


def place(name: str, part: str) -> int:
    """On which line an instruction with such a part stands."""
    return next(index for index, (word, rest) in enumerate(LINES) if word == name and part in rest)


def test_every_line_is_one_instruction_that_is_known() -> None:
    assert {word for word, _ in LINES} <= {
        "FROM",
        "RUN",
        "WORKDIR",
        "COPY",
        "USER",
        "ENV",
        "VOLUME",
        "EXPOSE",
        "ENTRYPOINT",
    }


def test_it_stands_on_one_named_version_and_names_no_host() -> None:
    assert given("FROM") == ["python:3.12-slim"] and "latest" not in TEXT
    assert not re.search(r"https?:|\bindex\b|\bregistry\b|[a-z0-9-]+\.(io|org|com|cn|net)\b", TEXT)


def test_what_is_installed_is_pinned() -> None:
    (install,) = [line for line in given("RUN") if "pip install" in line]
    assert "-c constraints.txt" in install and "constraints.txt" in given("COPY")[0]


def test_it_runs_as_a_user_of_its_own() -> None:
    (user,) = given("USER")
    assert user not in ("root", "0") and any(
        line.startswith("useradd") and line.endswith(user) for line in given("RUN")
    )
    assert place("RUN", "pip install") < place("USER", user) < place("ENTRYPOINT", "sanfang"), (
        "it cannot change the code"
    )
    assert place("USER", user) < place("RUN", "mkdir"), "its cache is its own, or it would not be used"


def test_the_port_is_that_of_the_dashboard_and_no_password_is_within() -> None:
    (started,), (port,) = given("ENTRYPOINT"), given("EXPOSE")
    arguments = json.loads(started)
    assert arguments[arguments.index("--port") + 1] == port == "8765"
    assert arguments[arguments.index("--host") + 1] == "0.0.0.0" and "--no-browser" in arguments
    assert "PASSWORD" not in "".join(rest for _, rest in LINES) and "--no-password" not in TEXT


def test_without_a_password_it_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(dashboard.PASSWORD, raising=False)
    done = CliRunner().invoke(app, json.loads(given("ENTRYPOINT")[0])[1:])
    assert done.exit_code == 2 and dashboard.PASSWORD in done.stderr


def test_what_is_copied_is_there_and_is_all_that_the_builder_gets() -> None:
    copied = {name.removeprefix("./") for line in given("COPY") for name in line.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert sent == copied
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = build["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["force-include"], *(name.split("/")[0] for name in wheel["packages"]), build["project"]["readme"]}
    assert {*needed, *build["project"]["license-files"]} <= copied
