"""What a visitor may predict before a check of the Trust page is run, and which answer theory gives.

Texts are `trust_<check>_question`, `trust_<check>_o0`, `..._o1`, ... for the answers, and `trust_<check>_why`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sanfang.lab.verification import theory
from sanfang.lab.verification.queue_comparisons import POOLED, SHARES


@dataclass(frozen=True)
class Prediction:
    """`values` of the answers in their order; the right one is that nearest to `truth`.

    For a check with a chart an answer is shown at `x` and `series`, at the height value x `unit`.
    """

    values: tuple[float, ...]
    truth: Callable[[], float]
    unit: Callable[[], float] = lambda: 1.0
    series: str = ""
    x: float = 0.0

    @property
    def right(self) -> int:
        """The number of the right answer."""
        truth = self.truth()
        return min(range(len(self.values)), key=lambda answer: abs(self.values[answer] - truth))

    def height(self, answer: int) -> float:
        """Where an answer stands on the chart."""
        return self.values[answer] * self.unit()


_ONE = 0.85  # load at which a team and classes are held against one server and one queue


def _none() -> float:
    return 0.0


PREDICTIONS: dict[str, Prediction] = {
    "load": Prediction(
        (1.1, 1.5, 2.25, 4.0), lambda: theory.mean_wait(0.9) / theory.mean_wait(0.8),
        lambda: theory.mean_wait(0.8), "wait", 0.9,
    ),
    "teams": Prediction(
        (1.0, 0.6, 0.4, 0.154), lambda: theory.mean_wait(_ONE, 5) / theory.mean_wait(_ONE),
        lambda: theory.mean_wait(_ONE), "c5", _ONE,
    ),
    "spread": Prediction(
        (1.0, 0.75, 0.5, 0.0), lambda: theory.mean_wait_general(0.8, 0.0) / theory.mean_wait(0.8),
        lambda: theory.mean_wait(0.8), "l80", 0.0,
    ),
    "priorities": Prediction(
        (1.3, 2.0, 4.25, 10.0), lambda: theory.waits_by_class(_ONE, 1, SHARES)[-1] / theory.mean_wait(_ONE),
        lambda: theory.mean_wait(_ONE), "c1", 4.0,
    ),
    "patience": Prediction(
        (0.05, 0.17, 0.25, 0.5), lambda: theory.abandonment(1.2, 5, 1.0)[0], series="gave_up", x=1.2
    ),
    "little": Prediction((0.8, 3.2, 4.0, 5.0), lambda: theory.number_waiting(0.8), series="c1", x=0.8),
    "pooling": Prediction(
        (1.0, 0.8, 0.56, 0.3), lambda: (1 + theory.mean_wait(POOLED, 2)) / (1 + theory.mean_wait(POOLED)),
        lambda: 1 + theory.mean_wait(POOLED), "pool", 2.0,
    ),
    "books": Prediction((0.0, 0.01, 0.05), _none),
    "needs": Prediction((0.0, 10.0, 100.0), _none),
    "repeat": Prediction((0.0, 0.1, 1.0), _none),
    "moved": Prediction((0.0, 0.1, 1.0), _none),
    "troubles": Prediction((0.5, 0.1, 0.0), _none),
    "silence": Prediction((0.2, 0.05, 0.0), _none),
    "plenty": Prediction((0.3, 0.1, 0.0), _none),
    "prices": Prediction((0.5, 0.9, 1.0), lambda: 1.0),
}  # fmt: skip
"""By check. Where the model must show nothing, or all, the values only order the answers."""


def answered(check: str, text: str) -> int | None:
    """The answer that an address gives to a check; None if it gives none that exists."""
    if text.isdecimal() and len(text) <= 2 and int(text) < len(PREDICTIONS[check].values):
        return int(text)
    return None
