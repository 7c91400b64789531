"""The Trust page: predict what a check will show, run the live engine, compare with theory."""

from __future__ import annotations

from html import escape
from typing import Any

import solara

from sanfang.dashboard import limits
from sanfang.dashboard.declare import Page
from sanfang.dashboard.pages.trust import views as trust_views
from sanfang.dashboard.pages.trust.predictions import PREDICTIONS, answered
from sanfang.dashboard.pages.trust.recipe import recipe
from sanfang.dashboard.pages.trust.trials import Trial
from sanfang.dashboard.presenters import setting
from sanfang.dashboard.presenters import sources as trust_sources
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.pictures import png
from sanfang.dashboard.widgets import parts, saving, viewer
from sanfang.dashboard.widgets.progress import JobCard, use_told
from sanfang.dashboard.words import say
from sanfang.lab.verification.agreement import Check, CheckResult
from sanfang.lab.verification.checks import CHECKS, table
from sanfang.lab.verification.queue_comparisons import number_of_comparisons

KEYS = tuple(check.key for check in CHECKS)
Findings = dict[str, CheckResult]


@solara.component_vue("list.vue", vuetify=False)
def CheckList(title: str, groups: list[Json], chosen: str, event_choose: parts.Event) -> None:
    """The checks in groups with their verdicts; `choose` is called with a key."""


@solara.component_vue("question.vue", vuetify=False)
def Question(
    name: str, question: str, options: list[str], answer: int, right: int, revealed: bool, busy: bool,
    event_answered: parts.Event,
) -> None:  # fmt: skip
    """A question and its answers; `answer` is -1 if there is none yet; `answered` is called with a number."""


@solara.component_vue("chart.vue", vuetify=False)
def AgreementChart(
    curves: list[Json], points: list[Json], guess: Json | None, x_label: str, y_label: str,
    spoken: str, words: Json,
) -> None:  # fmt: skip
    """Theory as curves, the engine as points with intervals, the prediction as a diamond."""


@solara.component
def TrustPage() -> None:
    """The checks, the question of the chosen one, what it shows, all results, and what they do not show."""
    address, lang = viewer.address.value, viewer.lang()
    check = CHECKS[KEYS.index(address.other["check"]) if address.other.get("check") in KEYS else 0]
    findings: solara.Reactive[Findings] = solara.use_reactive(Findings())
    trial, set_trial = solara.use_state(None)
    solara.use_effect(lambda: trial.leave if trial else None, [trial])
    solara.use_effect(lambda: (findings.set({}), set_trial(None), None)[-1], [address.seed])
    use_told(trial)
    busy = trial is not None and trial.busy

    def run(checks: tuple[Check, ...]) -> None:
        new = Trial(checks, viewer.address.value.seed)
        new.listen(lambda: findings.set({**findings.value, **{result.check.key: result for result in new.findings}}))
        set_trial(new)
        new.start()

    with solara.Div(classes=["sf-trust"]):
        CheckList(
            title=say("trust_list", lang),
            groups=trust_views.check_list(findings.value, lang),
            chosen=check.key,
            event_choose=lambda key: _show(str(key)),
        )
        with solara.Div(classes=["sf-stack"]):
            with solara.Div(classes=["card"]):
                solara.HTML("h1", say("trust_title", lang))
                solara.HTML("p", say("trust_intro", lang), classes=["soft"])
                Predict(check, findings.value.get(check.key), busy, lang, lambda: run((check,)))
            if trial is not None:
                JobCard(trial, lambda: say("trust_progress", lang, done=trial.done, all=trial.total), lang)
            if check.key in findings.value:
                Reveal(findings.value[check.key], address.seed, lang).key("reveal")
            All(findings.value, busy, lang, lambda: run(CHECKS)).key("all")
            Limits(lang)


def _show(key: str) -> None:
    """Turn to a check, with no answer given yet."""
    if key in KEYS:
        viewer.address.set(viewer.address.value.with_other(check=key, answer=""))


@solara.component
def Predict(check: Check, finding: CheckResult | None, busy: bool, lang: str, run: Any) -> None:
    """The question, the seed, and the button that runs the engine once an answer is chosen."""
    address = viewer.address.value
    answer = answered(check.key, address.other.get("answer", ""))

    def pick(number: Any) -> None:
        if answered(check.key, str(number)) is not None:
            viewer.address.set(viewer.address.value.with_other(check=check.key, answer=str(number)))

    def press(button: str) -> None:
        if button == "next":
            _show(KEYS[(KEYS.index(check.key) + 1) % len(KEYS)])
        elif answer is not None and not busy:
            run()

    Question(
        name=check.key,
        question=say(f"trust_{check.key}_question", lang),
        options=trust_views.answers(check.key, lang),
        answer=-1 if answer is None else answer,
        right=PREDICTIONS[check.key].right if finding else -1,
        revealed=finding is not None,
        busy=busy,
        event_answered=pick,
    )
    word = "trust_running" if busy else "trust_again" if finding else "trust_run"
    with solara.Div(classes=["sf-row"]):
        parts.Buttons(
            buttons=[
                {"id": "run", "label": say(word, lang), "primary": True, "disabled": busy or answer is None},
                {"id": "next", "label": say("trust_next", lang), "disabled": busy},
            ],
            event_press=press,
        )
        seed = {
            "id": "seed",
            "label": say("field_seed", lang),
            "value": address.seed,
            "min": 0,
            "max": limits.MAX_SEED,
        }
        parts.Choices(fields=[seed], event_pick=_take_seed)
        solara.HTML("span", say("trust_choose_first" if answer is None else "trust_seed_hint", lang), classes=["soft"])


def _take_seed(picked: dict[str, Any]) -> None:
    try:
        seed = int(float(picked.get("value", "")))
    except (TypeError, ValueError, OverflowError):
        return
    viewer.change(seed=min(max(seed, 0), limits.MAX_SEED))


@solara.component
def Reveal(finding: CheckResult, seed: int, lang: str) -> None:
    """What the check showed: verdict, prediction, why it matters, chart, formula, numbers."""
    check = finding.check
    answer = answered(check.key, viewer.address.value.other.get("answer", ""))
    drawn = trust_views.chart(finding, answer, lang)
    with solara.Div(classes=["card"], attributes={"id": "sf-trust-reveal", "aria-live": "polite"}):
        with solara.Div(classes=["sf-row"]):
            solara.HTML(
                "span", say(f"trust_verdict_{finding.verdict}", lang), classes=["sf-trust-verdict", finding.verdict]
            )
            solara.HTML("span", say("trust_took", lang, seconds=f"{finding.seconds:.1f}", seed=seed), classes=["soft"])
        if answer is not None:
            _Predicted(check.key, answer, lang)
        with solara.Div(classes=["sf-trust-reveal"] if drawn else ["sf-trust-reveal", "plain"]).key("shown"):
            if drawn:
                words = {name: say(f"trust_chart_{name}", lang) for name in ("theory", "engine", "you")}
                AgreementChart(**drawn, words=words)
            with solara.Div():
                solara.HTML("h3", say("trust_why", lang))
                solara.HTML("p", say(f"trust_{check.key}_why", lang))
                solara.HTML("h3", say("trust_claim", lang))
                solara.HTML("p", escape(check.claim.say(lang)))
                solara.HTML("p", escape(check.formula), classes=["sf-trust-formula"])
                solara.HTML("p", escape(check.source.say(lang)), classes=["soft"])
        with parts.scrolling(check.claim.say(lang)):
            solara.HTML("table", trust_views.table([finding], lang), attributes={"data-show": "numbers"})


@solara.component
def _Predicted(key: str, answer: int, lang: str) -> None:
    options, right = trust_views.answers(key, lang), PREDICTIONS[key].right
    outcome = say(
        "trust_you_right" if answer == right else "trust_you_wrong", lang, answer=options[answer], right=options[right]
    )
    solara.HTML("p", escape(outcome), attributes={"data-show": "predicted"})


@solara.component
def All(findings: Findings, busy: bool, lang: str, run: Any) -> None:
    """Run all checks, their results and files of them."""
    results = [findings[key] for key in KEYS if key in findings]
    with solara.Div(classes=["card"]):
        solara.HTML("h2", say("trust_results", lang))
        with solara.Div(classes=["sf-row"]):
            button = {"id": "all", "label": say("trust_run_all", lang), "disabled": busy}
            parts.Buttons(buttons=[button], event_press=lambda _: None if busy else run())
            if results and not busy:
                agree = sum(result.verdict == "agrees" for result in results)
                solara.HTML(
                    "span",
                    say("trust_all_agree", lang, agree=agree, all=len(results)),
                    attributes={"data-show": "agree"},
                )
                Files(results, lang)
        solara.HTML("p", say("trust_interval_note", lang, count=number_of_comparisons()), classes=["soft"])
        if len(results) > 1:
            with parts.scrolling(say("trust_results", lang)):
                solara.HTML("table", trust_views.summary(results, lang), attributes={"data-show": "results"})
            reach = f'tabindex="0" role="region" aria-label="{escape(say("trust_all_numbers", lang))}"'
            numbers = f'<div class="sf-scroll" {reach}><table>{trust_views.table(results, lang)}</table></div>'
            solara.HTML("details", f"<summary>{say('trust_all_numbers', lang)}</summary>{numbers}")


@solara.component
def Files(results: list[CheckResult], lang: str) -> None:
    """The results as a table and as a figure."""
    from sanfang.report.verification_figure import verification_figure

    seed = viewer.address.value.seed
    stem, under = f"sanfang-verification-{seed}", setting.stamp_of_checks(seed, lang)
    with solara.Div(classes=["sf-row"]):
        saving.DownloadTable(say("trust_save_csv", lang), f"{stem}.csv", lambda: table(results, lang))
        saving.Download(
            say("trust_save_png", lang),
            f"{stem}.png",
            lambda: png(verification_figure(results, lang, under)),
            "image/png",
        )


@solara.component
def Limits(lang: str) -> None:
    """What the checks do not show, and where the parameters come from."""
    counts = trust_sources.figures()
    with solara.Div(classes=["sf-trust-two"]):
        with solara.Div(classes=["card"]):
            solara.HTML("h2", say("trust_not_title", lang))
            items = "".join(f"<li>{escape(say(f'trust_not_{number}', lang))}</li>" for number in (1, 2, 3))
            solara.HTML("ul", items)
        with solara.Div(classes=["card"]):
            solara.HTML("h2", say("trust_sources_title", lang))
            with parts.scrolling(say("trust_sources_title", lang)):
                solara.HTML("table", trust_views.sources(lang), attributes={"data-show": "sources"})
            note = say("trust_sources_note", lang, used=counts["input"], compared=counts["compare"])
            solara.HTML("p", escape(note), classes=["soft"])


PAGE = Page("/trust", 6, TrustPage, recipe, heading=True)
