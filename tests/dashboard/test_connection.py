"""A page whose connection is lost says so, tries again, and comes back by itself, at its own address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from benchmarks.visitor import ask

from sanfang.dashboard import started
from sanfang.dashboard.app import connection_words
from sanfang.dashboard.words import LANGUAGES

PATH = "/lessons?lang=en&district=demo&size=1&seed=7&days=30&day=0&a=before"
LINE = ".sf-connection"
OTHER_START = "0" * 16


class Visit:
    """A page of a running dashboard, whose network a test can break; `reloaded` is how often it was loaded again."""

    def __init__(self, context: Any, address: str) -> None:
        self.page, self.reloaded, self.broken, self._answer = context.new_page(), -1, False, None
        self.page.route_web_socket(re.compile("/channels"), self._socket)
        self.page.route(f"**{started.PATH}", self._asked)
        self.page.on("load", self._count)
        self.page.add_init_script("Math.random = () => 0")  # the pauses are the shortest
        self.page.goto(address + PATH)
        self.page.wait_for_selector(".sf-top")
        self.page.wait_for_function("solara.debug && solara.debug.viewMounted()")

    def _count(self, _: Any) -> None:
        self.reloaded += 1

    def _socket(self, socket: Any) -> None:
        if self.broken:
            socket.close()
        else:
            socket.connect_to_server()

    def _asked(self, route: Any) -> None:
        if self.broken:
            route.abort()
        elif self._answer is None:
            route.continue_()
        else:
            route.fulfill(status=self._answer[0], body=self._answer[1])

    def lose(self) -> None:
        """The server is not heard any more."""
        self.broken = True
        self.page.evaluate("solara.debug.dropConnection()")
        self.page.wait_for_selector(f"{LINE}[data-state=lost]")

    def hear(self, status: int = 0, body: str = "") -> None:
        """It is heard again, and answers so when it is asked for its start; as it does by itself without."""
        self._answer, self.broken = (status, body) if status else None, False

    def line(self, state: str) -> str:
        """What is said when it says so."""
        self.page.wait_for_selector(f"{LINE}[data-state={state}]")
        return str(self.page.inner_text(LINE))


@pytest.fixture
def visit_of_one(chromium: Any, dashboard: str) -> Iterator[Visit]:
    context = chromium.new_context()
    yield Visit(context, dashboard)
    context.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_said_is_there_in_both_languages_that_of_the_page_first(lang: str) -> None:
    for texts in connection_words(lang).values():
        assert [one["lang"] for one in texts] == sorted(LANGUAGES, key=lambda one: one != lang)
        assert len({one["text"] for one in texts}) == len(LANGUAGES)


def test_a_page_is_told_the_name_of_the_start_and_that_is_no_key(dashboard: str) -> None:
    first, second = (ask(dashboard, started.PATH) for _ in range(2))
    assert first.status == 200 and re.fullmatch("[0-9a-f]{16}", first.body.decode()) and first.body == second.body
    assert first.header("cache-control") == "no-store" and not first.cookie
    cookie = ask(dashboard).cookie
    assert first.body.decode() not in cookie


def test_a_lost_connection_is_said_and_the_page_goes_on_or_asks_for_the_password(visit_of_one: Visit) -> None:
    visit = visit_of_one
    visit.lose()
    told = visit.line("lost")
    assert "Connection lost, trying again" in told and "连接中断，正在重连" in told
    visit.hear()
    visit.page.wait_for_selector(LINE, state="detached")
    assert visit.reloaded == 0, "what it shows stays"
    visit.page.wait_for_function("app.connectionStatus === 'connected'")
    visit.lose()
    with visit.page.expect_navigation():  # the form of the password stands at the same address, and leads on to it
        visit.hear(401, "A password is asked for.\n")


def test_another_start_of_the_server_is_met_by_loading_the_page_at_its_own_address(visit_of_one: Visit) -> None:
    visit = visit_of_one
    here = visit.page.url
    visit.lose()
    with visit.page.expect_response(lambda got: got.status == 503):
        visit.hear(503, "Not yet")
    assert visit.line("lost") and visit.reloaded == 0, "it is busy, and asked again"
    with visit.page.expect_navigation():
        visit.hear(200, OTHER_START)
    visit.page.wait_for_selector(".sf-top")
    assert visit.page.url == here and "seed=7" in here and visit.page.locator(LINE).count() == 0


@pytest.mark.parametrize(("status", "body"), [(404, "Nothing"), (200, "<html>")])
def test_another_program_at_the_address_is_said_and_asked_no_more(visit_of_one: Visit, status: int, body: str) -> None:
    visit = visit_of_one
    asked: list[str] = []
    visit.lose()
    visit.page.on("request", lambda request: asked.append(request.url) if started.PATH in request.url else None)
    visit.hear(status, body)
    told = visit.line("moved")
    assert "Open the address that Sanfang told" in told and "请打开" in told
    count = len(asked)
    visit.page.wait_for_timeout(1_200)
    assert len(asked) == count and visit.reloaded == 0


def test_a_page_that_is_lost_again_and_again_stops_and_says_so(visit_of_one: Visit) -> None:
    visit = visit_of_one
    visit.page.evaluate(
        "sessionStorage.setItem('sanfang-loaded-again', JSON.stringify([1, 2, 3].map(() => Date.now())))"
    )
    visit.lose()
    visit.hear(200, OTHER_START)
    assert "again and again" in visit.line("stopped") and visit.reloaded == 0
    with visit.page.expect_navigation():
        visit.page.click(f"{LINE} button")
    visit.page.wait_for_selector(".sf-top")


def test_a_page_that_the_server_has_forgotten_is_loaded_again(visit_of_one: Visit) -> None:
    """The same start of the server, but what the page had was let go meanwhile: Solara asks for a reload by hand."""
    visit = visit_of_one
    with visit.page.expect_navigation():
        visit.page.evaluate("app.needsRefresh = true")
    visit.page.wait_for_selector(".sf-top")
