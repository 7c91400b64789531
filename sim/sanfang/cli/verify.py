"""`sanfang verify`: the engine against theory, with figures; exit status 1 on disagreement."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanfang.cli.endings import A_CHECK_FAILED, user_errors
from sanfang.cli.options import AsJson, Language, Out, Seed
from sanfang.cli.saving import save, try_folder
from sanfang.cli.telling import print_json, say_if_compiling
from sanfang.scenario.errors import InputError, nearest
from sanfang.scenario.telling import listed, shortened

if TYPE_CHECKING:
    from sanfang.lab.verification.agreement import Check, CheckResult

verify_app = typer.Typer()


@verify_app.command("verify")
def verify_command(
    names: Annotated[list[str] | None, typer.Argument(metavar="[CHECK]...", help="Checks. Default: all.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer runs: wider intervals.")] = False,
    seed: Seed = 1,
    out: Out = None,
    lang: Annotated[Language, typer.Option(help="Language of labels and figure.")] = Language.EN,
    as_json: AsJson = False,
) -> None:
    """Try the engine against theory; exit status 1 where they disagree.

    The request engine alone against queueing theory, and identities and limiting cases of the whole model. It shows
    that the program does what the model says, not that the model is right.
    """
    with user_errors():
        from sanfang.lab import belonging

        try_folder(out)
        checks = _chosen(names or [])
        say_if_compiling()
        findings = _verify(checks, seed, quick)
    about = belonging.about({}, seed, None, 1.0, quick=quick) if out else {}
    saved = save(out, _files(findings, lang.value, seed, quick) if out else {}, "verify", about)
    if as_json:
        print_json(_document(findings, seed, quick) | {"files": saved.names})
        saved.end()
    else:
        _print(findings, lang.value)
        saved.say()
    if any(finding.verdict != "agrees" for finding in findings):
        raise typer.Exit(A_CHECK_FAILED)


def _chosen(names: list[str]) -> list[Check]:
    from sanfang.lab.verification.checks import CHECKS

    known = {check.key: check for check in CHECKS}
    for name in names:
        if name not in known:
            raise InputError(f"{shortened(name)}: is no check; there are {listed(known)}{nearest(name, known)}")
    return [known[name] for name in dict.fromkeys(names)] or list(CHECKS)


def _verify(checks: list[Check], seed: int, quick: bool) -> list[CheckResult]:
    from sanfang.cli.progress import ProgressLine
    from sanfang.lab.verification.checks import FULL, QUICK, verify

    with ProgressLine("checks") as progress:
        return verify(checks, seed, QUICK if quick else FULL, progress)


def _document(findings: list[CheckResult], seed: int, quick: bool) -> dict[str, Any]:
    import sanfang
    from sanfang.lab.verification.checks import table

    checks = [
        {
            "check": finding.check.key,
            "claim": finding.check.claim.en,
            "formula": finding.check.formula,
            "verdict": finding.verdict,
            "numbers": table([finding]).drop(columns=["check", "title"]).to_dict("records"),
        }
        for finding in findings
    ]
    agrees = all(finding.verdict == "agrees" for finding in findings)
    return {"sanfang": sanfang.__version__, "seed": seed, "quick": quick, "agrees": agrees, "checks": checks}


def _files(findings: list[CheckResult], lang: str, seed: int, quick: bool) -> dict[str, Callable[[Path], object]]:
    from sanfang.lab.files import table_writer, to_json
    from sanfang.lab.verification.checks import table
    from sanfang.report.verification_figure import verification_figure

    document = to_json(_document(findings, seed, quick))
    return {
        "verification.json": lambda path: path.write_text(document, "utf-8"),
        "verification.csv": table_writer(table(findings, lang)),
        "verification.png": lambda path: verification_figure(findings, lang).savefig(path),
    }


def _print(findings: list[CheckResult], lang: str) -> None:
    from rich.table import Table

    from sanfang.cli.tables import bracketed, plain_console
    from sanfang.lab.verification.agreement import FALSE_ALARMS

    console = plain_console()
    marks = {
        "agrees": "[green]agrees[/green]",
        "differs": "[red]differs[/red]",
        "undecided": "[red]too imprecise[/red]",
    }
    for finding in findings:
        console.print(f"[bold]{finding.check.title.say(lang)}[/bold] ({finding.check.key})")
        console.print(f"{finding.check.claim.say(lang)} {finding.check.formula}", markup=False)
        shown = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("number", "theory", "engine", "interval", ""):
            shown.add_column(heading, justify="left" if heading in ("number", "") else "right")
        for point in finding.points:
            ends = ("–", "–") if point.exact else (number(point.low), number(point.high))
            texts = (number(point.theory), number(point.estimate), bracketed(*ends))
            shown.add_row(point.label.say(lang), *texts, marks[point.verdict])
        console.print(shown)
        console.print()
    wrong = sum(finding.verdict != "agrees" for finding in findings)
    console.print(f"{len(findings) - wrong} of {len(findings)} checks agree.")
    console.print(
        f"Intervals allow for all comparisons together: a right engine fails somewhere in {100 * FALSE_ALARMS:.0f} % of"
        " seeds. This shows that the program does what the model says, not that the model is right."
    )


def number(value: float) -> str:
    """Four significant digits; whole numbers in full."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.4g}"
