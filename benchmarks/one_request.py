"""What one opens to follow one request, in the first edition of the code and in this one.

    python -m benchmarks.one_request

The request is silent for days, is voiced at its community's window, has one part, is rightly diagnosed, finished there,
paid from the community's fund, and resolved. Counted is each function whose body one reads to follow it: what happens
to it, the time that it waits, its way into a metric and to a page. Not counted is what all steps share: draws, words
for states and headings, the compiler, texts of pages, number formats. Both sides are read from the history, so the
counts stay what they were.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VAGUE = {"index", "place", "own"}
"""Names of arguments that were a case here, a job there, a worker or a key elsewhere."""

FIRST, NOW = "8bf6bd4", "73e53c8"

Way = dict[str, dict[str, str]]

IN_FIRST: Way = {
    "a need arises": {
        "model/needs.py": "arise_today _draw_candidates _let_arise _weigh _left _kind_of _arise "
        "hour_of_day _is_voiced _voice_rate",
        "model/cases.py": "new_case add_latent",
    },
    "it is voiced": {
        "model/needs.py": "surface_today _stir _draw _look_at _is_voiced _voice_rate hour_of_day open_case",
        "model/cases.py": "move drop_latent",
        "model/worktime.py": "to_working",
        "model/event_calendar.py": "schedule",
    },
    "it is taken in": {
        "model/casework.py": "work_today react _start _trip _without_staff _make_parts _register",
        "model/event_calendar.py": "next_event schedule",
        "model/queueing.py": "new_job",
        "model/stations.py": "lead now_spends spend",
    },
    "it is routed and paid": {
        "model/casework.py": "react _timer_ended",
        "model/routing.py": "diagnose route find_tier travel _arrive _proceed",
        "model/forums.py": "convene is_conflict",
        "model/payment.py": "pay to_partner",
    },
    "it queues and is handled": {
        "model/handling.py": "handle specialist_hours handled carry_out result",
        "model/forums.py": "decided_against",
        "model/stations.py": "enqueue leave_station serve _choose first_handled now_spends spend lead",
        "model/queueing.py": "join leave first_waiting begin end",
        "model/worktime.py": "to_calendar",
        "model/casework.py": "react _service_ended",
    },
    "it is closed": {
        "model/casework.py": "_timer_ended",
        "model/closing.py": "finish_part close _drop_jobs _tell _maybe_recurs",
        "model/forums.py": "is_conflict",
        "model/worktime.py": "to_calendar",
        "model/queueing.py": "free_job",
        "model/cases.py": "end_case move write_record relieve free_case",
    },
    "its wait counts in resolution_days_mean": {
        "lab/simulation.py": "simulate all_records",
        "model/outcomes.py": "measure made _made_from _times _three survival _kaplan_meier restricted_mean",
    },
    "its life is on the Follow page": {
        "dashboard/follow/page.py": "use_stopped FollowPage Followed chosen OneLife Told Timeline",
        "dashboard/follow/choice.py": "run_of until played_up_to traced choice candidates",
        "dashboard/address.py": "scenario_of with_moves",
        "lab/simulation.py": "all_records request_table",
        "lab/time_split.py": "closed_after_warm_up _closed durations find",
        "model/watched.py": "__init__ _react work_watched look _note",
        "dashboard/follow/life.py": "life _before all_parts _part _time _paid _office _place _passed _what _add",
        "dashboard/follow/views.py": "heading tale facts timeline _lane step_text split step_rows",
    },
}

IN_THIS: Way = {
    "a need arises": {
        "model/cases/needs.py": "arise_today _draw_candidates _arise _thin _unprevented _kind_of begin_need",
        "model/cases/lifecycle.py": "new_case begin is_at_window",
        "model/cases/voice.py": "hour_of_day is_voiced voice_rate",
    },
    "it is voiced": {
        "model/cases/latent.py": "surface_today screen_latent _mark_below _update_latent",
        "model/cases/voice.py": "is_voiced voice_rate hour_of_day",
        "model/cases/lifecycle.py": "open_request change_state remove_latent count_repeat",
        "model/kernel/worktime.py": "to_working",
        "model/kernel/event_calendar.py": "schedule",
    },
    "it is taken in": {
        "model/cases/casework.py": "work_today react _take_in _make_trip _is_self_served _accrue_intake "
        "_decide_treatment _make_parts _start_parts _register",
        "model/kernel/event_calendar.py": "next_event schedule",
        "model/kernel/engine.py": "new_job",
        "model/cases/stations.py": "start_delay switch_cause book_time",
    },
    "it is routed and paid": {
        "model/cases/casework.py": "react _end_of_delay",
        "model/cases/routing.py": "diagnose route find_tier advance _arrive _go_to_work",
        "model/cases/forums.py": "convene is_conflict",
        "model/cases/payment.py": "pay hand_to_partner",
    },
    "it queues and is handled": {
        "model/cases/handling.py": "queue_for_handling specialist_hours finish_handling carry_out _result",
        "model/cases/forums.py": "is_decided_against",
        "model/cases/stations.py": "enqueue dequeue serve _most_skilled note_first_work switch_cause "
        "book_time start_delay",
        "model/kernel/engine.py": "join_queue leave_queue first_waiting start_service end_service",
        "model/kernel/worktime.py": "to_calendar",
        "model/cases/casework.py": "react _end_of_service",
    },
    "it is closed": {
        "model/cases/casework.py": "_end_of_delay",
        "model/cases/closing.py": "finish_part close _book_closing _free_jobs _report _maybe_recurs",
        "model/cases/forums.py": "is_conflict",
        "model/kernel/worktime.py": "to_calendar",
        "model/kernel/engine.py": "free_job",
        "model/cases/lifecycle.py": "end_case change_state write_record relieve free_case",
    },
    "its wait counts in resolution_days_mean": {
        "run/simulation.py": "simulate run_from",
        "model/books/observation.py": "observe all_records",
        "metrics/catalogue.py": "measure evaluate",
        "metrics/evaluation.py": "of",
        "metrics/durations.py": "resolution_days_mean _resolution _resolution_days followed_days mean_within",
        "metrics/requests.py": "requests",
        "metrics/loops.py": "fill_requests kaplan_meier",
        "metrics/survival.py": "survival restricted_mean",
    },
    "its life is on the Follow page": {
        "dashboard/pages/follow/page.py": "FollowPage Followed chosen OneLife LifeCards",
        "dashboard/pages/follow/choice.py": "run_of until choice candidates",
        "dashboard/widgets/progress.py": "use_job",
        "dashboard/worlds/page_session.py": "__init__",
        "dashboard/address.py": "all_moves",
        "run/moves.py": "with_moves",
        "run/session.py": "_start _begin step requests",
        "run/background.py": "play",
        "model/books/observation.py": "observe all_records",
        "model/books/tables.py": "request_table",
        "run/time_split.py": "closed_to_follow _closed durations find",
        "run/life.py": "watched life record _rows",
        "model/cases/watched.py": "__init__ _react work_watched log_changes _log_part",
        "run/steps.py": "steps_of _before all_parts _part _time _paid _office _place _passed _what _add",
        "dashboard/presenters/request_life.py": "heading tale facts step_text split step_rows",
        "dashboard/presenters/timeline.py": "timeline _lane",
        "dashboard/widgets/parts.py": "Timeline",
    },
}


def main() -> None:
    """Print what is counted of both."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    for name, commit, way in (("first edition", FIRST, IN_FIRST), ("this edition", NOW, IN_THIS)):
        print(f"\n{name}, commit {commit}")
        for leg, files in way.items():
            print(f"  {leg}: {len(files)} files")
        for what, count in counts(commit, way).items():
            print(f"  {what}: {count}")


def counts(commit: str, way: Way) -> dict[str, int]:
    """Of all legs of a way, each file and each function once."""
    found = {(file, name) for files in way.values() for file, names in files.items() for name in names.split()}
    functions = [function for file, name in sorted(found) for function in definitions(commit, file, name)]
    compiled = [one for one in functions if any("compiled" in ast.unparse(mark) for mark in one.decorator_list)]
    files = {file for file, _ in found}
    return {
        "files": len(files),
        "functions": len(functions),
        "lines of these functions": sum(map(lines_of, functions)),
        "lines of the longest file": max(len(source(commit, file).splitlines()) for file in files),
        "functions with a docstring": sum(ast.get_docstring(one) is not None for one in functions),
        "functions with all arguments annotated": sum(map(is_annotated, functions)),
        "compiled functions": len(compiled),
        "compiled functions with a vague argument": sum(
            any(argument.arg in VAGUE for argument in one.args.args) for one in compiled
        ),
    }


@cache
def source(commit: str, file: str) -> str:
    """A file of the package as it was."""
    command = ["git", "-C", str(ROOT), "show", f"{commit}:sim/sanfang/{file}"]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout


def definitions(commit: str, file: str, name: str) -> Iterator[ast.FunctionDef]:
    """The functions and methods of a file that are called `name`; ValueError if there are none."""
    found = [node for node in ast.walk(ast.parse(source(commit, file))) if isinstance(node, ast.FunctionDef)]
    named = [node for node in found if node.name == name]
    if not named:
        raise ValueError(f"{commit}: {file} has no {name}")
    yield from named


def lines_of(function: ast.FunctionDef) -> int:
    """Lines with decorators and docstring."""
    first = min([function.lineno, *(mark.lineno for mark in function.decorator_list)])
    return (function.end_lineno or first) - first + 1


def is_annotated(function: ast.FunctionDef) -> bool:
    """Whether each argument says what it is; "Any" does not."""
    own = [one for one in function.args.args if one.arg not in ("self", "cls")]
    return all(one.annotation is not None and ast.unparse(one.annotation) != "Any" for one in own)


if __name__ == "__main__":
    main()
