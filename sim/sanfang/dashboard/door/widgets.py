"""The last step of a message: the widget that it is for answers, and trusts no client.

ipyvue's and ipywidgets' own ways are replaced where they do. `messages` has let through events only; here a widget
answers to those that it declares itself, and a viewer's request for the state of all widgets is answered to that
viewer.
"""

from __future__ import annotations

import logging
from typing import Any

import ipywidgets.widgets.widget as ipywidget
from ipyvue.VueTemplateWidget import Events as TemplateEvents
from ipyvue.VueWidget import Events as WidgetEvents

log = logging.getLogger(__name__)

TRIED = {"ipyvue": "1.13.0", "ipywidgets": "8.1.9", "solara": "1.64.1"}
"""The versions whose faults docs/upstream.md tells, and on which the replacements below were tried."""

TABLES = {"move": {"lever", "level"}, "pick": {"field", "value"}, "do": {"action", "value"}}
"""Events whose data are a table, and its keys. Those of any other event are a word, a number, or nothing."""


def install() -> None:
    """Put the replacements in place, before the first widget is made."""
    TemplateEvents._handle_event = _template_event
    WidgetEvents._handle_event = _widget_event
    ipywidget.Widget.handle_control_comm_opened = classmethod(_states_asked)


def _template_event(self: Any, _: Any, content: dict[str, Any], buffers: Any) -> None:
    """For `VueTemplate`: a declared event. ipyvue's own also imports modules and calls what it finds in them."""
    event, data = str(content.get("event")), content.get("data")
    if set(content) <= {"event", "data"} and event in self.events and _fits(event, data):
        getattr(self, f"vue_{event}")(data)
    else:
        _not_known(self)


def _fits(event: str, data: Any) -> bool:
    """Whether the data are of the form that our pages send, so that what hears the event need not ask."""
    if event not in TABLES:
        return _is_plain(data)
    return isinstance(data, dict) and data.keys() == TABLES[event] and all(map(_is_plain, data.values()))


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _widget_event(self: Any, _: Any, content: dict[str, Any], buffers: Any) -> None:
    """For `VueWidget`: an event that somebody listens to. ipyvue's own fails at any other."""
    event = content.get("event")
    if event in self._event_handlers_map:
        self._fire_event(event, content.get("data"))
    else:
        _not_known(self)


def _not_known(widget: Any) -> None:
    log.warning("a page sent something that %s does not know", type(widget).__name__)


def _states_asked(cls: Any, comm: Any, message: dict[str, Any]) -> None:
    """Tell a page that has connected again what its widgets show.

    ipywidgets keeps the asker in one place for the whole process: of two viewers, one may get what the other asked for.
    """

    def answer(asked: dict[str, Any]) -> None:
        if asked["content"]["data"].get("method") != "request_states":
            return
        cls.get_manager_state()
        states = {
            widget.model_id: {
                "model_name": widget._model_name,
                "model_module": widget._model_module,
                "model_module_version": widget._model_module_version,
                "state": widget.get_state(),
            }
            for widget in list(ipywidget._instances.values())  # Solara gives those of this viewer's kernel
        }
        plain, paths, buffers = ipywidget._remove_buffers(states)
        comm.send({"method": "update_states", "states": plain, "buffer_paths": paths}, buffers=buffers)

    comm.on_msg(answer)
