"""What campaigns have found, made small. Each was mended; none may come back.

They have numbers below zero: `python -m soak.hostile message -1` tries the first of the messages here.
"""

from __future__ import annotations

from soak.hostile.case import Case
from soak.hostile.documents import texts
from soak.hostile.messages import as_json, event

PAGE = "/trust?lang=en&district=demo&size=1"
LIVE = "/?lang=en&district=demo&size=1&days=30"

_LESSON = next(text for text in texts("scenarios/lessons/*.toml") if "minutes = 10\n" in text)
LONG_PLACE = _LESSON.replace("minutes = 10\n", f'minutes = 10\nplace = {{district = "{"a" * 100_000}"}}\n').encode()

FOUND: dict[str, tuple[Case, ...]] = {
    "lesson": (Case(files={"scenarios/lessons/hostile.toml": LONG_PLACE}),),  # told in full
    "message": (
        Case(given=(PAGE, as_json(event("go", ["/live"])))),  # a list is looked up among the pages
        Case(given=(PAGE, as_json(event("go", {"/live": 1})))),
        Case(given=("/results?lang=en", as_json(event("pick", 0)))),  # a number has no field
        Case(given=(LIVE, *(as_json(event("ask", None, place)) for place in range(3)))),  # daily series before day 1
    ),
}
