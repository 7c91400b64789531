"""What the Trust page shows of its checks, as plain dicts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from sanfang.dashboard.pages.trust.predictions import PREDICTIONS
from sanfang.dashboard.presenters import sources as trust_sources
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.colours import SERIES
from sanfang.dashboard.words import say
from sanfang.lab.verification.agreement import CheckResult
from sanfang.lab.verification.checks import CHECKS


def check_list(findings: Mapping[str, CheckResult], lang: str) -> list[Json]:
    """The checks in their groups, each with its verdict; "open" where it has not been run."""
    groups = (("queue", say("trust_queues", lang)), ("district", say("trust_district", lang)))
    return [
        {
            "id": kind,
            "label": label,
            "checks": [
                {"key": check.key, "label": check.title.say(lang), **_verdict(findings.get(check.key), lang)}
                for check in CHECKS
                if check.kind == kind
            ],
        }
        for kind, label in groups
    ]


def _verdict(finding: CheckResult | None, lang: str) -> Json:
    verdict = finding.verdict if finding else "open"
    return {"verdict": verdict, "said": say(f"trust_{verdict}", lang)}


def answers(key: str, lang: str) -> list[str]:
    """The answers that can be predicted."""
    return [say(f"trust_{key}_o{number}", lang) for number in range(len(PREDICTIONS[key].values))]


def chart(finding: CheckResult, answer: int | None, lang: str) -> Json | None:
    """Theory as curves, the engine as points, the prediction; None for a check without a chart."""
    drawn = finding.check.chart
    if drawn is None:
        return None
    curves = drawn.curves()
    colours = {curve.series: colour for curve, colour in zip(curves, SERIES, strict=False)}
    prediction = PREDICTIONS[finding.check.key]
    return {
        "curves": [
            {"series": curve.series, "label": curve.label.say(lang), "colour": colours[curve.series],
             "x": curve.x, "y": curve.y}
            for curve in curves
        ],
        "points": [
            {"x": point.x, "y": point.estimate, "low": point.low, "high": point.high,
             "colour": colours[point.series], "label": point.label.say(lang)}
            for point in finding.points if point.series
        ],
        "guess": None if answer is None else {"x": prediction.x, "y": prediction.height(answer)},
        "x_label": drawn.x.say(lang),
        "y_label": drawn.y.say(lang),
        "spoken": f"{finding.check.title.say(lang)}. {say(f'trust_verdict_{finding.verdict}', lang)}",
    }  # fmt: skip


def number(value: float) -> str:
    """Four significant digits; whole numbers in full."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.4g}"


def table(findings: Sequence[CheckResult], lang: str) -> str:
    """The numbers as the inside of an HTML table; the first column names the check if there are several."""
    several = len(findings) > 1
    names = (["check"] if several else []) + ["number", "theory", "engine", "interval", "verdict"]
    rows = []
    for finding in findings:
        for place, point in enumerate(finding.points):
            interval = "–" if point.exact else f"{number(point.low)} – {number(point.high)}"
            cells = [(finding.check.title.say(lang) if place == 0 else "", "")] if several else []
            cells += [(point.label.say(lang), ""), (number(point.theory), "num"), (number(point.estimate), "num")]
            cells += [(interval, "num"), (say(f"trust_{point.verdict}", lang), point.verdict)]
            rows.append(_row(cells))
    return _head(names, lang) + f"<tbody>{''.join(rows)}</tbody>"


def summary(findings: Sequence[CheckResult], lang: str) -> str:
    """One row for each check, as the inside of an HTML table."""
    rows = [
        _row([
            (finding.check.title.say(lang), ""),
            (f"{sum(point.verdict == 'agrees' for point in finding.points)} / {len(finding.points)}", "num"),
            (f"{finding.seconds:.1f}", "num"),
            (say(f"trust_{finding.verdict}", lang), finding.verdict),
        ])
        for finding in findings
    ]  # fmt: skip
    return _head(["check", "agreeing", "seconds", "verdict"], lang) + f"<tbody>{''.join(rows)}</tbody>"


def _head(names: Sequence[str], lang: str) -> str:
    numeric = ("theory", "engine", "interval", "agreeing", "seconds")
    cells = [(say(f"trust_column_{name}", lang), "num" if name in numeric else "") for name in names]
    return f"<thead>{_row(cells, 'th')}</thead>"


def sources(lang: str) -> str:
    """Parameters by class of source, as the inside of an HTML table."""
    counts = (trust_sources.declared(), trust_sources.of_district())
    heads = [
        (say(f"trust_sources_{name}", lang), "num" if name != "class" else "")
        for name in ("class", "declared", "licang")
    ]
    rows = [
        _row([(say(f"trust_source_{name}", lang), ""), *((f"{count[name]:,}", "num") for count in counts)])
        for name in trust_sources.CLASSES
    ]
    rows.append(_row([(say("trust_sources_sum", lang), ""), *((f"{count.total():,}", "num") for count in counts)]))
    return f"<thead>{_row(heads, 'th')}</thead><tbody>{''.join(rows)}</tbody>"


def _row(cells: Sequence[tuple[str, str]], tag: str = "td") -> str:
    return "<tr>" + "".join(f'<{tag} class="{kind}">{escape(text)}</{tag}>' for text, kind in cells) + "</tr>"
