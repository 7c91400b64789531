"""A whole workshop as one HTML file, which plays it again without the engine, without a network, in either language.

Its numbers are those of the branches to the last digit: they are written as Python and JavaScript both read them.
"""

from __future__ import annotations

import datetime as dt
import html

from sanfang import __version__
from sanfang.dashboard.presenters import views
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.colours import PRESENT
from sanfang.dashboard.words import LANGUAGES, say
from sanfang.dashboard.workshop import embed
from sanfang.dashboard.workshop.kept import KeptWorkshop
from sanfang.dashboard.workshop.views import colours_of, label, moves, place, rows, why, words
from sanfang.dashboard.workshop.workshop import Workshop
from sanfang.model import state as s
from sanfang.model.books import headings as h
from sanfang.run.series import MEASURES
from sanfang.run.time_split import cause_label


def replay(workshop: Workshop, lang: str) -> bytes:
    """The file, which opens in `lang` and has a switch to the other language."""
    script = embed.part("curves.js") + embed.part("replay.js")
    style = embed.part("replay.css")
    policy = (
        f"default-src 'none'; script-src {embed.by_digest(script)}; style-src {embed.by_digest(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    page = embed.filled(
        "replay.html", policy=html.escape(policy), title=html.escape(say("replay_title", lang)), style=style,
        script=script, data=embed.data(contents(workshop, lang)),
    )  # fmt: skip
    return page.encode()


def replay_of(kept: KeptWorkshop, lang: str) -> bytes:
    """The same of a workshop that is not open. Raises InputError where it cannot be read."""
    workshop = Workshop("", kept.setting, kept)
    try:
        return replay(workshop, lang)
    finally:
        workshop.close()


def contents(workshop: Workshop, lang: str) -> Json:
    """All that the file knows. Neither the code nor any token is among it."""
    branches, teams, where, tree = workshop.whole()
    setting = workshop.setting
    owners = colours_of(teams)
    return {
        "lang": lang, "made": f"{dt.date.today()}", "version": __version__, "trunk": PRESENT,
        "question": setting.question, "budget": setting.budget,
        "owners": [{"name": name, **look, "now": where.get(name, 0)} for name, look in owners.items()],
        "tree": tree,
        "measures": [
            {"name": name, "form": one.form, "digits": one.digits, "better": one.better,
             "label": {lang: say(f"measure_{name}", lang) for lang in LANGUAGES},
             "unit": {lang: views.unit(name, lang) for lang in LANGUAGES}}
            for name, one in MEASURES.items()
        ],
        "headings": {name: {lang: views.heading_label(name, lang) for lang in LANGUAGES} for name in h.HOUR_HEADINGS},
        "causes": {name: {lang: cause_label(name, lang) for lang in LANGUAGES} for name in s.TIME_NAMES},
        "words": words(("replay_", "workshop_", "join_language")),
        "place": {lang: place(workshop, lang) for lang in LANGUAGES},
        "texts": {
            lang: [
                {"label": label(one, lang), "moves": moves(one.moves, lang),
                 "rows": rows(one, workshop.tree.beside(one.id), lang) if one.parent is not None else [],
                 "why": why(workshop.tree.beside(one.id), lang) if one.parent is not None else ""}
                for one in branches
            ]
            for lang in LANGUAGES
        },
    }  # fmt: skip
