"""Which messages of a page reach Solara, and how they are written anew."""

from __future__ import annotations

import importlib.metadata
import json
from typing import Any

import pytest

from sanfang.dashboard.door import messages, widgets
from sanfang.dashboard.door.limits import MAX_RUNS
from sanfang.dashboard.door.messages import MAX_CONTROLS, MAX_DEPTH, Listener, Refused

COMM = "a" * 32


def message(kind: str, content: Any, **others: Any) -> str:
    header = {"msg_id": "1", "msg_type": kind, "session": "s", "username": "root", "date": "d", "version": "5.2"}
    return json.dumps({"header": header, "content": content, **others})


def told(listener: Listener, data: Any, comm: str = COMM) -> str | None:
    return listener.heard(message("comm_msg", {"comm_id": comm, "data": data}))


def event(name: Any, data: Any = None, **others: Any) -> dict[str, Any]:
    return {"method": "custom", "content": {"event": name, "data": data, **others}}


def test_an_event_passes_with_its_data_and_nothing_else() -> None:
    data = {"lever": "authority", "level": 0.5, "more": [1, None, True, "三"]}
    heard = told(Listener(), event("move", data) | {"method": "custom", "other": 1})
    assert heard is not None
    assert json.loads(heard)["content"] == {"comm_id": COMM, "data": event("move", data)}


def test_of_the_rest_of_a_message_nothing_of_the_client_remains() -> None:
    extra = {"metadata": {"x": 1}, "parent_header": {"y": 2}, "buffers": ["z"], "channel": "iopub", "other": "w"}
    heard = Listener().heard(message("comm_msg", {"comm_id": COMM, "data": event("go"), "target_name": "t"}, **extra))
    assert heard is not None
    written = json.loads(heard)
    assert set(written) == {"channel", "header", "parent_header", "metadata", "content", "buffers"}
    assert (written["channel"], written["metadata"], written["parent_header"], written["buffers"]) == (
        "shell",
        {},
        {},
        [],
    )
    assert written["header"]["username"] == "" and set(written["content"]) == {"comm_id", "data"}


@pytest.mark.parametrize(
    "data",
    [
        {"method": "custom", "content": {"create_widget": ["os", "system"], "props": {}, "id": "1"}},
        event("go", "/", create_widget=["os", "system"]),
        {"method": "custom", "content": {"update_ref": {}, "id": "1", "prop": "x"}},
        {"method": "custom", "content": {}},
        {"method": "update", "state": {"template": "<script>"}},
        {"method": "update", "state": {"location": "/", "children": []}},
        {"method": "update", "state": {"location": "//elsewhere" * 10_000}},
        {"method": "update", "state": {"dark_effective": 1}},
        {"method": "update", "state": {}},
        {"method": "echo_update"},
        {"method": ["custom"]},
        {},
    ],
)
def test_what_no_page_needs_is_left_out(data: Any) -> None:
    assert told(Listener(), data) is None


@pytest.mark.parametrize(
    "kind", ["execute_request", "complete_request", "input_reply", "debug_request", "", "interrupt"]
)
def test_kinds_of_the_protocol_that_no_page_sends_are_left_out(kind: str) -> None:
    assert Listener().heard(message(kind, {"code": "1"})) is None


@pytest.mark.parametrize("target", ["jupyter.widget", "jupyter.widget.version", "solara", "", None, ["solara.control"]])
def test_a_client_opens_no_widgets(target: Any) -> None:
    opening = {"comm_id": COMM, "target_name": target, "data": {"state": {"_model_name": "HTMLModel"}}}
    assert Listener().heard(message("comm_open", opening)) is None


def test_the_page_is_run_with_its_path_alone() -> None:
    listener = Listener()
    listener.heard(message("comm_open", {"comm_id": COMM, "target_name": "solara.control", "data": {"x": 1}}))
    asked = {"path": "/compare?day=3", "dark": True, "themes": {"__class__": {"x": 1}}, "appName": "other", "more": 1}
    heard = told(listener, {"method": "run", "args": asked})
    assert heard is not None
    themes = {"light": {}, "dark": {}}
    assert json.loads(heard)["content"]["data"]["args"] == {
        "path": "/compare?day=3", "dark": True, "themes": themes, "appName": None
    }  # fmt: skip
    for method in ("reload", "evict", "custom", "update"):
        assert told(listener, {"method": method, "content": {"event": "go"}, "state": {"location": "/"}}) is None


def test_a_page_is_run_a_few_times_and_no_more() -> None:
    """To run it is to draw all of it."""
    listener = Listener()
    opening = message("comm_open", {"comm_id": "c", "target_name": "solara.control"})
    run = message("comm_msg", {"comm_id": "c", "data": {"method": "run", "args": {"path": "/"}}})
    assert listener.heard(opening)
    assert all(listener.heard(run) for _ in range(MAX_RUNS))
    with pytest.raises(Refused, match="again and again"):
        listener.heard(run)


def test_only_what_this_client_opened_can_be_closed() -> None:
    listener = Listener()
    closing = message("comm_close", {"comm_id": COMM, "data": {}})
    assert listener.heard(closing) is None
    listener.heard(message("comm_open", {"comm_id": COMM, "target_name": "jupyter.widget.control", "data": {}}))
    assert listener.heard(closing) is not None and listener.heard(closing) is None


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_data_nested_deeper_than_any_page_sends_ends_the_connection() -> None:
    assert told(Listener(), event("go", nested(MAX_DEPTH))) is not None
    with pytest.raises(Refused):
        told(Listener(), event("go", nested(MAX_DEPTH + 1)))


def test_conversations_are_bounded() -> None:
    listener = Listener()
    with pytest.raises(Refused):
        for number in range(MAX_CONTROLS + 1):
            opening = {"comm_id": str(number), "target_name": "solara.control", "data": {}}
            listener.heard(message("comm_open", opening))


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "1", '"x"', "{", "{}", '{"header": {}}', '{"header": [], "content": {}}',
        message("comm_msg", []), message("comm_msg", {"comm_id": "../x", "data": {}}),
        message("comm_msg", {"comm_id": COMM, "data": []}),
        message("comm_msg", {"comm_id": COMM, "data": event("a b")}),
        message("comm_msg", {"comm_id": COMM, "data": event("__init__")}),
        message("comm_msg", {"comm_id": COMM, "data": event(["go"])}),
        message("x" * 200, {}), message("kernel_info_request", {}).replace('"d"', '"' + "d" * 500 + '"'),
        "[" * 100_000, "9" * 10_000, "NaN", '{"header": Infinity}',
        message("comm_msg", {"comm_id": COMM, "data": event("go", 0)}).replace("0}", "1e999}"),
        message("comm_msg", {"comm_id": COMM, "data": event("go", "S")}).replace('"S"', '"\\ud800"'),
    ],
    ids=range(23),
)  # fmt: skip
def test_what_is_no_message_ends_the_connection(text: str) -> None:
    with pytest.raises(Refused):
        Listener().heard(text)


def test_the_versions_are_those_whose_faults_the_door_was_built_for() -> None:
    """Fails when ipyvue, ipywidgets or Solara change: read docs/upstream.md, try what it lists, then change `TRIED`."""
    assert {name: importlib.metadata.version(name) for name in widgets.TRIED} == widgets.TRIED


class Template:
    """A widget that notes what it hears."""

    events = ("move", "go")

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.vue_move = self.vue_go = self.heard.append

    def told(self, event: str, data: Any) -> list[Any]:
        widgets._template_event(self, None, {"event": event, "data": data}, None)
        return self.heard


SENT = [("go", "/trust"), ("go", 3), ("go", None), ("move", {"lever": "a", "level": 1})]


@pytest.mark.parametrize(("event", "data"), SENT)
def test_an_event_with_data_as_our_pages_send_them_is_heard(event: str, data: Any) -> None:
    assert Template().told(event, data) == [data]


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("go", ["/trust"]),
        ("go", {"/trust": 1}),
        ("move", "authority"),
        ("move", {"lever": "authority"}),
        ("move", {"lever": ["authority"], "level": 1}),
        ("move", {"lever": "authority", "level": 1, "more": 2}),
    ],
)
def test_an_event_with_data_of_another_form_is_not(event: str, data: Any) -> None:
    assert Template().told(event, data) == []


def test_the_places_where_widgets_are_replaced_exist() -> None:
    from ipyvue.VueTemplateWidget import Events as TemplateEvents
    from ipyvue.VueWidget import Events as WidgetEvents
    from ipywidgets.widgets import widget

    assert callable(TemplateEvents._handle_event) and callable(WidgetEvents._handle_event)
    assert callable(widget.Widget.handle_control_comm_opened) and callable(widget._remove_buffers)
    assert messages.STATES_PROTOCOL.split(".")[0] == widget.CONTROL_PROTOCOL_VERSION_MAJOR
