"""Who may see the pages: the cookie and the password."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from benchmarks import browser
from benchmarks.visitor import ask, page
from typer.testing import CliRunner
from websockets.exceptions import InvalidStatus

from apart import run_apart
from sanfang.cli import dashboard
from sanfang.cli.app import app
from sanfang.dashboard.door import login
from sanfang.dashboard.door.limits import FIRST_WRONG, PASSWORDS
from sanfang.dashboard.door.login import ADMITTED_SECONDS, Sessions

SECRET = "三放 two words"
COOKIE = Sessions().cookie


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard that asks for a password."""
    file = tmp_path_factory.mktemp("secret") / "password"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    with browser.server("--password-file", str(file), "--lang", "en") as server:
        yield server.address


def enter(address: str, password: str, source: str, path: str = "/compare?lang=en&a=before") -> Any:
    form = {"Origin": address, "Content-Type": "application/x-www-form-urlencoded"}
    return ask(address, path, "POST", form, urlencode({"password": password}).encode(), source)


@pytest.mark.parametrize("host", ["0." + "3" * 300, "# a line\nand another", "a..b", ""])
def test_a_host_that_is_no_name_is_refused_in_one_message(host: str) -> None:
    done = CliRunner().invoke(app, ["dashboard", "--host", host, "--no-password"])
    assert done.exit_code == 2, done.output
    assert "cannot be bound" in done.stderr and "Traceback" not in done.output


def test_without_the_password_there_is_only_the_form(guarded: str) -> None:
    answer = ask(guarded, "/compare?lang=en")
    assert answer.status == 401 and b'type="password"' in answer.body and b"<script" not in answer.body
    for path in ("/static/assets/style.css", "/jupyter/nbextensions/jupyter-vue/nodeps.js", "/resourcez"):
        assert ask(guarded, path).status == 401
    with pytest.raises(InvalidStatus), page(guarded, cookie=""):
        pass


def test_the_form_speaks_the_language_of_the_link(guarded: str) -> None:
    assert "密码".encode() in ask(guarded, "/?lang=zh").body
    assert b"Password" in ask(guarded, "/?lang=fr").body


def test_the_password_leads_on_to_where_one_wanted_to_go(guarded: str) -> None:
    answer = enter(guarded, SECRET, "127.0.0.3")
    assert answer.status == 303 and answer.header("location") == "/compare?lang=en&a=before"
    assert "HttpOnly" in answer.header("set-cookie")
    assert ask(guarded, "/", headers={"Cookie": answer.cookie}).status == 200
    with page(guarded, cookie=answer.cookie) as visitor:
        visitor.run("/trust?lang=en")


def test_a_wrong_password_admits_nobody_and_too_many_are_not_even_compared(guarded: str) -> None:
    seen = [enter(guarded, f"wrong {number}", "127.0.0.4").status for number in range(int(PASSWORDS[0]) + 3)]
    assert seen[0] == 401 and seen[-1] == 429
    assert enter(guarded, SECRET, "127.0.0.4").status == 429
    assert enter(guarded, SECRET, "127.0.0.5").status == 303  # others are not locked out


def tried(sessions: Sessions, password: str, address: str) -> bool | None:
    return sessions.try_password(urlencode({"password": password}).encode(), address)


def test_who_guesses_on_from_many_addresses_leaves_something_to_who_mistypes() -> None:
    """Nine addresses guess for as long as they are heard; one that has mistyped a few times is still let in at once."""
    sessions = Sessions(SECRET)
    for number in range(9):
        while tried(sessions, "wrong", f"10.0.0.{number}") is not None:
            pass
    for address, mistyped in (("10.1.0.1", 0), ("10.1.0.2", int(FIRST_WRONG[0]) - 1)):
        assert [tried(sessions, "wrong", address) for _ in range(mistyped)] == [False] * mistyped
        assert tried(sessions, SECRET, address) is True


def test_a_room_behind_one_router_logs_in_at_once() -> None:
    sessions = Sessions(SECRET)
    assert all(tried(sessions, SECRET, "10.0.0.1") for _ in range(40))


def test_dashboards_on_two_ports_of_a_host_do_not_log_out_each_other() -> None:
    """A browser has one store of cookies for a host, whatever the port, and a later one of the same name wins."""
    one, other = Sessions(SECRET, port=8765), Sessions(SECRET, port=8766)
    kept: dict[str, str] = {}
    for sessions in (one, other):
        _, header = sessions.header(sessions.new(admitted=True), secure=False)
        name, _, value = header.decode().partition(";")[0].partition("=")
        kept[name] = value
    sent = "; ".join(f"{name}={value}" for name, value in kept.items())
    assert one.admits(one.read(sent)) and other.admits(other.read(sent))


def test_a_form_from_elsewhere_or_too_long_is_refused(guarded: str) -> None:
    body = urlencode({"password": SECRET}).encode()
    assert ask(guarded, "/", "POST", {"Origin": "http://elsewhere.example"}, body, "127.0.0.6").status == 403
    assert ask(guarded, "/", "POST", {}, body, "127.0.0.6").status == 405
    assert ask(guarded, "/", "POST", {"Origin": guarded}, body + b"&x=" + b"x" * 10_000, "127.0.0.6").status == 401


@pytest.mark.parametrize(
    "value", ["", "x", "a.0.b", "a.b.c", "..", "é", "a" * 5000, "0" * 32 + ".9999999999." + "0" * 64]
)
def test_a_cookie_that_the_server_did_not_sign_is_none(guarded: str, value: str) -> None:
    assert Sessions(SECRET).read(f"{COOKIE}={value}") is None
    name = Sessions(SECRET, port=int(guarded.rpartition(":")[2])).cookie
    assert ask(guarded, "/", headers={"Cookie": f"{name}={value}".encode().decode("latin-1")}).status == 401


def test_a_cookie_lasts_a_working_day_and_no_longer() -> None:
    now = [1000.0]
    sessions = Sessions(SECRET, clock=lambda: now[0])
    value = sessions.new(admitted=True)
    assert sessions.admits(sessions.read(f"{COOKIE}={value}"))
    now[0] += ADMITTED_SECONDS + 1
    assert not sessions.admits(sessions.read(f"{COOKIE}={value}"))


@pytest.mark.parametrize("other", ["foo", "a[b]=c", 'a={"b": "c d"}', "a=b c", "=", ";;", f"{COOKIE}=x", "é=ü"])
def test_cookies_of_other_programs_on_the_same_host_change_nothing(other: str) -> None:
    sessions = Sessions(SECRET)
    ours = sessions.new(admitted=True)
    for cookies in (f"{other}; {COOKIE}={ours}", f"{COOKIE}={ours}; {other}", f"{other};{COOKIE}={ours};{other}"):
        assert sessions.read(cookies) == ours


def test_a_cookie_of_a_browser_that_gave_no_password_does_not_admit() -> None:
    sessions = Sessions(SECRET)
    value = sessions.read(f"{COOKIE}={sessions.new()}")
    assert value is not None and not sessions.admits(value)
    assert Sessions(None).admits(None)


def test_a_slow_form_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from sanfang.dashboard.door import body

    async def never() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    monkeypatch.setattr(body, "SILENT_SECONDS", 0.01)
    assert run_apart(body.body_of(never, 10)) is None


# --- The command line -------------------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """How servers were started, without starting any."""
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr("sanfang.dashboard.serve.serve", lambda *args, **options: calls.append(options))
    monkeypatch.setattr("sanfang.dashboard.serve.is_free", lambda host, port: True)
    monkeypatch.delenv(dashboard.PASSWORD, raising=False)
    return calls


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_others_are_let_in_only_with_a_password_or_on_demand(
    started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    run = CliRunner().invoke
    refused = run(app, ["dashboard", "--host", host])
    assert refused.exit_code == 2 and "SANFANG_PASSWORD" in refused.stderr and not started
    opened = run(app, ["dashboard", "--host", host, "--no-password"])
    assert opened.exit_code == 0 and started[-1]["password"] is None and "WARNING" in opened.stderr
    assert "NO PASSWORD" in opened.stderr
    monkeypatch.setenv(dashboard.PASSWORD, SECRET)
    guarded = run(app, ["dashboard", "--host", host])
    assert guarded.exit_code == 0 and started[-1]["password"] == SECRET
    assert "WARNING" in guarded.stderr and SECRET not in guarded.stderr + guarded.stdout


def test_this_machine_alone_needs_none(started: list[dict[str, Any]]) -> None:
    for host in ("127.0.0.1", "localhost", "::1", "127.9.9.9"):
        done = CliRunner().invoke(app, ["dashboard", "--host", host])
        assert done.exit_code == 0 and started[-1]["password"] is None and "WARNING" not in done.stderr


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff\xfe\xff", b"x" * 5000])
def test_a_file_without_a_fit_password_is_refused(started: list[Any], tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    done = CliRunner().invoke(app, ["dashboard", "--password-file", str(file)])
    assert done.exit_code == 2 and "--password-file" in done.stderr and not started
    assert CliRunner().invoke(app, ["dashboard", "--password-file", str(tmp_path)]).exit_code == 2


def test_no_option_takes_a_password() -> None:
    assert not any("password" in name and "file" not in name and "no-" not in name for name in _options())


def _options() -> list[str]:
    import typer

    command = typer.main.get_command(app).commands["dashboard"]  # type: ignore[attr-defined]
    return [option for parameter in command.params for option in parameter.opts]


def test_the_form_needs_no_script_and_names_its_field() -> None:
    for lang in login.WORDS:
        for tried in (True, False, None):
            html = login.form(lang, tried).decode()
            assert "<script" not in html and f'name="{login.FIELD}"' in html and 'method="post"' in html


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "http://127.0.0.1:8765"), ("::", "http://[::1]:8765")])
def test_the_address_that_is_told_is_one_that_answers(started: list[dict[str, Any]], host: str, shown: str) -> None:
    """A server at all addresses of IPv6 answers at none of IPv4. The server tells it, once it has answered."""
    done = CliRunner().invoke(app, ["dashboard", "--host", host, "--no-password"])
    assert started[-1]["address"] == shown and shown not in done.stderr
    started[-1]["answers"]()
