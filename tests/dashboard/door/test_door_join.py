"""The entrance of a workshop's phones where a password is asked for: open to a code, and leading nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from benchmarks import browser
from benchmarks.visitor import ask, page
from websockets.exceptions import InvalidStatus

from sanfang.dashboard.door.limits import CODES, JOINED, MAX_ORDER_BYTES
from workshops import FORESEEN, link_of, opened, play, post, state

SECRET = "三放 two words"
PAGES = ("/", "/workshop", "/compare", "/static/assets/style.css", "/sanfang/start", "/resourcez", "/_solara/cdn/x")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str, str]]:
    """A guarded dashboard with a workshop: its address, the code, the host's cookie, the secret of the link."""
    file = tmp_path_factory.mktemp("secret") / "password"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    with browser.server("--password-file", str(file), "--lang", "en") as server:
        form = {"Origin": server.address, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"password": SECRET}).encode()
        cookie = ask(server.address, "/", "POST", form, body, "127.0.0.9").cookie
        with opened(server.address, cookie=cookie) as (screen, code):
            yield server.address, code, cookie, link_of(screen)


def join(place: Any, name: str, source: str = "127.0.0.1") -> str:
    """The cookie of a team that has come in."""
    answer = post(place[0], "enter", {"code": place[1], "team": name}, source=source)
    assert answer.status == 200, answer.body
    return answer.cookie


@pytest.fixture(scope="module")
def guest(place: Any) -> str:
    """The cookie of a team that plays nothing."""
    return join(place, "guest")


def test_the_page_is_there_without_the_password_and_runs_its_own_script_alone(place: Any) -> None:
    answer = ask(place[0], "/join?lang=zh")
    policy = answer.header("content-security-policy")
    assert answer.status == 200 and "加入工作坊".encode() in answer.body
    assert "unsafe" not in policy and policy.startswith("default-src 'none'; script-src 'nonce-")
    assert answer.header("x-frame-options") == "DENY" and place[1].encode() not in answer.body
    assert ask(place[0], "/join/nothing").status == 404 and ask(place[0], "/joined").status == 401


def test_a_team_reaches_no_page_no_file_and_no_websocket(place: Any) -> None:
    cookie = join(place, "red")
    for path in PAGES:
        assert ask(place[0], path, headers={"Cookie": cookie}).status == 401, path
    with pytest.raises(InvalidStatus), page(place[0], cookie=cookie):
        pass
    name, _, token = cookie.partition("=")
    for other in ("sanfang-session", f"sanfang-session-{place[0].rpartition(':')[2]}", "solara-session-id"):
        assert ask(place[0], "/", headers={"Cookie": f"{other}={token}"}).status == 401
        with pytest.raises(InvalidStatus), page(place[0], cookie=f"{other}={token}"):
            pass
    assert name.startswith("sanfang-team-")


def test_the_token_is_not_the_password_and_the_password_is_no_code(place: Any) -> None:
    token = join(place, "orange").partition("=")[2]
    form = {"Origin": place[0], "Content-Type": "application/x-www-form-urlencoded"}
    for tried in (token, place[1]):
        body = urlencode({"password": tried}).encode()
        assert ask(place[0], "/", "POST", form, body, "127.0.0.8").status == 401
    assert post(place[0], "enter", {"code": SECRET, "team": "x"}, source="127.0.0.8").status == 403
    assert post(place[0], "act", {"action": "undo"}, cookie=place[2]).status == 401, "the host's cookie is no team's"


def test_the_cookie_is_for_this_path_and_for_no_script(place: Any) -> None:
    header = post(place[0], "enter", {"code": place[1], "team": "pink"}).header("set-cookie")
    assert "; Path=/join; HttpOnly; SameSite=Strict" in header and len(header.partition(";")[0]) > 50


def test_nobody_moves_the_levers_of_another_team(place: Any) -> None:
    red, blue = join(place, "Rot"), join(place, "Blau")
    assert post(place[0], "act", play({"authority": 1.0}), red).status == 200
    own = state(place[0], red)["branches"][0]["id"]
    before = state(place[0], red)["branches"][0]["moves"]
    tried = [
        play({"triage": 1.0}, parent=own), play({"authority": 0.0}, parent=own, day=10),
        {"action": "name", "branch": own, "name": "ours"}, {"action": "undo", "team": "Rot"},
        play({"triage": 1.0}, owner="Rot"), play({"triage": 1.0}, token=red), {"action": "remove", "value": 1},
        {"action": "undo"},
    ]  # fmt: skip
    assert [post(place[0], "act", given, blue).status for given in tried] == [409] * len(tried)
    for cookie in ("", red[:-1], red + "x", red.replace("=", "=x"), f"{red.partition('=')[0]}={'A' * 43}",
                   f"{red.partition('=')[0]}={'A' * 9_000}"):  # fmt: skip
        assert post(place[0], "act", {"action": "undo"}, cookie).status == 401
    now = state(place[0], red)
    assert [one["id"] for one in now["branches"]] == [own] and now["now"] == own and state(place[0], blue)["now"] == 0
    assert now["branches"][0]["moves"] == before and now["branches"][0]["name"] == ""


def test_two_cookies_of_teams_act_for_the_first_alone(place: Any) -> None:
    one, two = join(place, "Eins"), join(place, "Zwei")
    assert post(place[0], "act", play({"triage": 1.0}), f"{one}; {two}").status == 200
    assert len(state(place[0], one)["branches"]) == 1 and state(place[0], two)["branches"] == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415), ({"Content-Type": ""}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415), ({"Origin": ""}, 405),
        ({"Origin": "http://elsewhere.example"}, 403), ({"Origin": "null"}, 403), ({"Host": "elsewhere.example"}, 421),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)  # fmt: skip
def test_a_page_of_another_server_gives_no_orders(place: Any, guest: str, headers: dict[str, str], status: int) -> None:
    assert post(place[0], "act", play({"triage": 1.0}), guest, **headers).status == status
    assert state(place[0], guest)["branches"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"code": 5, "team": "x"}', b"[" * 5_000])
def test_what_is_no_entry_or_order_is_refused_in_both_languages(place: Any, guest: str, body: bytes) -> None:
    for answer in (post(place[0], "enter", body), post(place[0], "act", body, guest)):
        assert answer.status == 409 and set(json.loads(answer.body)["error"]) == {"zh", "en"}


def test_a_long_body_is_not_read(place: Any) -> None:
    assert post(place[0], "enter", b" " * (MAX_ORDER_BYTES + 1)).status == 413


def test_a_wrong_code_lets_in_nobody_and_too_many_are_not_even_compared(place: Any) -> None:
    def tried(code: str, source: str) -> int:
        return post(place[0], "enter", {"code": code, "team": "late"}, source=source).status

    seen = [tried(f"AAAA{number:02}", "127.0.0.4") for number in range(int(CODES[0]) + 3)]
    assert seen[0] == 403 and seen[-1] == 429
    assert tried(place[1], "127.0.0.4") == 429
    assert tried(place[1], "127.0.0.5") == 200, "others are not locked out"


def test_whoever_tries_wrong_codes_keeps_nobody_at_his_router_from_the_link(place: Any) -> None:
    """The secret in the picture is too long to be guessed: it is looked at whatever was tried before."""
    source, link = "127.0.0.14", place[3]
    for number in range(int(CODES[0]) + 3):
        post(place[0], "enter", {"code": f"BBBB{number:02}", "team": "naughty"}, source=source)
    assert post(place[0], "enter", {"code": place[1], "team": "by code"}, source=source).status == 429
    assert post(place[0], "enter", {"link": "A" * 22, "team": "by guess"}, source=source).status == 403
    assert post(place[0], "enter", {"link": link, "team": "by link"}, source=source).status == 200


def test_whoever_floods_locks_out_nobody_who_has_come_in(place: Any) -> None:
    source, cookie = "127.0.0.15", join(place, "patient", "127.0.0.15")
    tries = range(3 * int(JOINED[0]))  # some come anew meanwhile, the more the slower this machine is
    assert any(ask(place[0], "/join/state", source=source).status == 429 for _ in tries)
    assert ask(place[0], "/join/state", headers={"Cookie": cookie}, source=source).status == 200
    assert post(place[0], "act", play({"triage": 1.0}), cookie, source=source).status == 200


def test_one_browser_has_two_places_and_comes_in_no_more(place: Any) -> None:
    cookie = join(place, "first of one browser", "127.0.0.16")
    for name, status in (("second of one browser", 200), ("third of one browser", 409)):
        answer = post(place[0], "enter", {"code": place[1], "team": name}, cookie)
        assert answer.status == status
        cookie = answer.cookie or cookie
    assert "本手机" in answer.body.decode()


def test_orders_that_come_too_fast_are_not_carried_out(place: Any) -> None:
    cookie = join(place, "fast")
    answers = [post(place[0], "act", {"action": "redo"}, cookie).status for _ in range(40)]
    assert answers[0] == 409 and 429 in answers
    assert post(place[0], "act", play({"triage": 1.0}), join(place, "slow")).status == 200


def test_whoever_leaves_is_out(place: Any) -> None:
    cookie = join(place, "gone")
    assert post(place[0], "leave", {}, cookie).status == 200
    assert state(place[0], cookie)["out"] and post(place[0], "act", play({"triage": 1.0}), cookie).status == 401
    assert post(place[0], "enter", {"code": place[1], "team": "gone"}).status == 409


def test_another_browser_with_the_password_is_no_host_of_this_workshop(place: Any) -> None:
    form = {"Origin": place[0], "Content-Type": "application/x-www-form-urlencoded"}
    cookie = ask(place[0], "/", "POST", form, urlencode({"password": SECRET}).encode(), "127.0.0.7").cookie
    with page(place[0], cookie=cookie) as other:
        other.run("/workshop?lang=en&district=demo&size=0.25")
        told = json.dumps(list(other.widgets.values()), default=str)
        assert place[1] not in told and "Open a workshop" in told
    with page(place[0], cookie=place[2]) as again:
        again.run("/workshop?lang=en")
        assert place[1] in json.dumps(list(again.widgets.values()), default=str)


def test_what_was_foreseen_comes_back(place: Any) -> None:
    cookie = join(place, "seer")
    post(place[0], "act", play({"triage": 1.0}), cookie)
    assert state(place[0], cookie)["texts"]["en"]["branches"].popitem()[1]["rows"][0]["expected"] == "better"
    assert set(FORESEEN) == set(state(place[0], cookie)["headlines"])
