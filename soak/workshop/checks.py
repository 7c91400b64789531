"""What must be so at the end of a workshop: phones, screen, replay file and runs made anew against one another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sanfang.run.series import measures
from sanfang.run.session import Session
from sanfang.run.tree_file import from_json
from sanfang.scenario.scenario import Scenario
from soak.workshop.room import DAYS, DISTRICT, SEED, SIZE, Room

NODES = "() => [...document.querySelectorAll('[data-node]')].map((one) => [Number(one.dataset.node), one.innerText])"
RING = "◉ "


def check(room: Room, folder: Path) -> int:
    """Note in `room` what is not so; returns the size of the replay file, in bytes."""
    file = folder / "workshop.html"
    room.screen.wait_for_function(f"document.querySelectorAll('[data-node]').length === {room.branches + 1}")
    room.screen.wait_for_timeout(1_500)  # names that were given last
    nodes = dict(room.screen.evaluate(NODES))
    with room.screen.expect_download() as saved:
        room.screen.click("[data-save='workshop.html']")
    saved.value.save_as(file)
    given = _opened_from_disk(room, file)
    branches = {one["id"]: one for one in given["tree"]["branches"]}
    for phone in room.phones:
        shown = {one["id"]: one for one in phone.state()["branches"]}
        if {id_: one["moves"] for id_, one in shown.items()} != phone.moves:
            room.wrong(f"{phone.name}: shows other branches than it has ordered")
        for id_, moves in phone.moves.items():
            one = branches[id_]
            if (one["owner"], one["moves"], one["name"]) != (phone.name, moves, phone.names.get(id_, "")):
                room.wrong(f"branch {id_} of {phone.name} is another one in the file")
            if not nodes[id_].replace(RING, "").startswith(f"{phone.name} · "):
                room.wrong(f"branch {id_} of {phone.name} stands on the screen as {nodes[id_]}")
    if len(branches) != room.branches + 1:
        room.wrong(f"{len(branches) - 1} branches in the file, {room.branches} were ordered")
    _hold_against_runs(room, given["tree"])
    return file.stat().st_size


def _opened_from_disk(room: Room, file: Path) -> dict[str, Any]:
    """What a browser without a network reads in the file, and shows of it."""
    context = room.chromium.new_context(offline=True, viewport={"width": 1280, "height": 720})
    try:
        page, asked = context.new_page(), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda told: room.wrong(f"replay: {told.text}") if told.type == "error" else None)
        page.on("pageerror", lambda error: room.wrong(f"replay: {error}"))
        page.goto(file.as_uri())
        if asked != [file.as_uri()]:
            room.wrong(f"the replay asks for {asked[1:4]}")
        given: dict[str, Any] = json.loads(page.inner_text("#data") or page.text_content("#data"))
        for one in given["tree"]["branches"]:
            exact = page.inner_text(f"[data-exact='{one['id']}']")
            if float(exact) != one["series"]["satisfaction"][-1]:
                room.wrong(f"the replay shows {exact} of branch {one['id']}")
        return given
    finally:
        context.close()


def _hold_against_runs(room: Room, tree: dict[str, Any]) -> None:
    scenario = Scenario.load("before", district=DISTRICT)
    read = from_json(json.dumps(tree), scenario)
    for branch in read.branches:
        run = Session(read.scenario_of(branch.moves), SEED, SIZE, DAYS)
        run.step(DAYS)
        again = {name: values.tolist() for name, values in measures(run).items()}
        kept = {name: values.tolist() for name, values in branch.kept.series.items()} if branch.kept else {}
        if repr(kept) != repr(again):  # as text: NaN is not itself
            room.wrong(f"branch {branch.id} has other numbers than the run of its moves")
