"""The report of quality as one page of HTML that needs nothing else: for a clerk to read, print and send."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from sanfang.scenario.telling import printable
from sanfang.tickets.quality import Quality, arrivals
from sanfang.tickets.telling import doubt, told
from sanfang.tickets.words import ROLES

_STYLE = """
body { font: 16px/1.5 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; color: #1c2733;
  max-width: 860px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: .2rem } h2 { font-size: 1.15rem; margin: 2rem 0 .4rem }
table { border-collapse: collapse; width: 100% } th { text-align: left; font-weight: 600; color: #5a6876 }
td, th { padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #dde3e8; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
tr.sum td { font-weight: 600; border-top: 2px solid #8c99a5 } .soft { color: #5a6876 } .doubt { color: #8a4b00 }
.bar { background: #dde3e8; height: .7rem; border-radius: .35rem; overflow: hidden; margin: .6rem 0 }
.bar span { display: block; height: 100%; background: #2f6f9f }
"""


def page(report: Quality, lang: str = "en") -> str:
    """The whole page in a language."""

    def say(key: str, **facts: object) -> str:
        return escape(told("page", key, lang, **facts))

    rows = report.sheet.rows
    share = f"{100 * report.used / rows:.1f} %" if rows else "-"
    parts = [
        f"<h1>{say('title')}</h1>",
        f"<p class=soft>{say('file')}: {_safe(report.file)} · {escape(report.sheet.form.kind)}"
        f"{' · ' + escape(report.sheet.form.encoding) if report.sheet.form.encoding else ''}</p>",
        f"<p><b>{say('rows_used', rows=rows, used=report.used)}</b> ({share})</p>",
        f"<div class=bar><span style='width:{100 * report.used / max(1, rows):.1f}%'></span></div>",
        f"<h2>{say('every_row')}</h2>",
        _every_row(report, lang),
        f"<h2>{say('selection')}</h2>",
        f"<p><b>{escape(told('selection', report.selected.selection, lang))}</b><br>"
        f"{escape(told('why', report.selected.reason, lang, **report.selected.facts))}</p>",
        f"<h2>{say('arrivals')}</h2><p>{escape(arrivals(report.selected, lang))}</p><p class=soft>{say('hazards')}</p>",
        f"<h2>{say('times')}</h2>",
        _times(report, lang),
        f"<h2>{say('doubts')}</h2>",
        _doubts(report, lang),
        f"<h2>{say('columns')}</h2>",
        _columns(report, lang),
        f"<h2>{say('marks')}</h2>",
        _marks(report, lang),
        f"<h2>{say('domains')}</h2>",
        _domains(report, lang),
        f"<p>{say('estimates')} <a href='estimates.md'>estimates.md</a></p>" if report.used else "",
        f"<p class=soft>{say('private')}</p>",
    ]
    language = "zh-CN" if lang == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{say('title')}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _every_row(report: Quality, lang: str) -> str:
    rows = report.sheet.rows
    lines = [(told("page", "used", lang), report.used)]
    lines += [(told("reasons", key, lang), count) for key, count in report.made.reasons.items() if count]
    return _counts(lines, rows, told("page", "why", lang), told("page", "count", lang), lang, total=rows)


def _times(report: Quality, lang: str) -> str:
    table = report.made.table
    if not len(table):
        return ""
    created = table["created"]
    said = [
        told("page", "period", lang, begin=created.min().date(), end=created.max().date()),
        told("page", "hours_yes" if report.created_has_time else "hours_no", lang),
    ]
    if "closed" not in report.made.has:
        said.append(told("page", "closed_none", lang))
    else:
        said.append(told("page", "closed_timed" if report.closed_has_time else "closed_dated", lang))
    return f"<p>{escape(' '.join(said) if lang == 'en' else ''.join(said))}</p>"


def _doubts(report: Quality, lang: str) -> str:
    if not report.doubts:
        return f"<p>{escape(told('page', 'no_doubts', lang))}</p>"
    return "<ul>" + "".join(f"<li class=doubt>{_safe(doubt(one, lang))}</li>" for one in report.doubts) + "</ul>"


def _columns(report: Quality, lang: str) -> str:
    head = f"<tr><th>{escape(told('page', 'role', lang))}</th><th>{escape(told('page', 'column', lang))}</th></tr>"
    lines = []
    for role in ROLES:
        names = report.guess.columns[role]
        shown = " + ".join(map(_safe, names)) or f"<span class=soft>{escape(told('page', 'absent', lang))}</span>"
        lines.append(f"<tr><td>{escape(told('roles', role, lang))}</td><td>{shown}</td></tr>")
    return f"<table>{head}{''.join(lines)}</table>"


def _marks(report: Quality, lang: str) -> str:
    lines = [(told("marks", key, lang), count) for key, count in report.marks().items() if count]
    return _counts(lines, report.used, "", told("page", "requests", lang), lang)


def _domains(report: Quality, lang: str) -> str:
    def say(key: str) -> str:
        return told("page", key, lang)

    lines = [(name or say("no_domain"), count) for name, count in report.domains().items()]
    text = _counts(lines, report.used, say("domain"), say("requests"), lang)
    unmatched, others = report.unmatched()
    if unmatched or others:
        lines = [*unmatched.items(), *([(say("pooled"), others)] if others else [])]
        text += f"<h2>{escape(say('unmatched'))}</h2>"
        text += _counts(lines, report.used, say("category"), say("requests"), lang)
    places, elsewhere = report.places()
    if places:
        lines = [*places.items(), *([(say("pooled"), elsewhere)] if elsewhere else [])]
        text += f"<h2>{escape(say('places'))}</h2>"
        text += _counts(lines, report.used, "", say("requests"), lang)
    return text


def _counts(
    lines: Iterable[tuple[str, int]], whole: int, left: str, right: str, lang: str, total: int | None = None
) -> str:
    share = escape(told("page", "share", lang))
    head = f"<tr><th>{escape(left)}</th><th class=n>{escape(right)}</th><th class=n>{share}</th></tr>"
    body = "".join(_line(label, count, whole) for label, count in lines)
    if total is not None:
        body += _line(told("page", "sum", lang), total, whole, " class=sum")
    return f"<table>{head}{body}</table>"


def _line(label: str, count: int, whole: int, how: str = "") -> str:
    share = f"{100 * count / whole:.1f} %" if whole else "-"
    return f"<tr{how}><td>{_safe(label)}</td><td class=n>{count:,}</td><td class=n>{share}</td></tr>"


def _safe(text: str) -> str:
    return escape(printable(text))
