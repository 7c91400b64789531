"""Makes the runs that are missing in a store, and counts the cells of its plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sanfang.lab.storage.rows import Failure, Planned, Result
from sanfang.lab.storage.store import Store
from sanfang.lab.sweeps.executors import Executor
from sanfang.lab.sweeps.measuring import Kept, Measuring, formulas_version, packed_groups
from sanfang.lab.sweeps.plan import Plan
from sanfang.lab.sweeps.runner import run_each
from sanfang.lab.sweeps.work import Job, Outcome
from sanfang.model.code_version import code_version

CELLS_BETWEEN_REPORTS = 200

Report = Callable[[int, int, int], object]
"""Called with cells done, cells planned and cells failed; also every half second in between."""


class _AskedToStop(Exception):
    """Whoever started the sweep wants it to end."""


class MissingRuns:
    """Makes what is missing in the store; counts cells."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        measuring: Measuring,
        limit: int | None,
        report: Report,
        stopping: Callable[[], bool],
    ) -> None:
        self._store, self._plan, self._report, self._stopping = store, plan, report, stopping
        self._measuring, self._limit = measuring, limit
        self._begun: set[str] = set()
        self.made = self.done = self.failed = 0

    def count(self) -> None:
        """Count the cells of the plan, after it has grown or runs have been taken over."""
        beside = self._measuring.beside
        self.done, self.failed = self._store.done(*beside), self._store.failed(*beside)

    def missing(self) -> int:
        """Cells that are laid out and have neither a run nor a failure."""
        return self._store.laid_out() - self.done - self.failed

    def remaining(self) -> int:
        """The same of the whole plan."""
        return self._store.planned() - self.done - self.failed

    def lay_out(self, more_there: bool) -> bool:
        """Put the next slice of the plan into the store; whether there was one.

        Once the limit is reached it is all that is left if `more_there`: some of its runs may have been made already,
        here or in other sweeps, and are counted. If not, whoever goes on lays out the rest.
        """
        laid_out = self._store.laid_out(self._plan.experiment.replications.min)
        numbers = range(laid_out, self._plan.first) if self.ended() else self._plan.slice_after(laid_out)
        if not numbers or self._stopping() or (self.ended() and not more_there):
            return False
        try:
            self._store.extend_plan(self._watched(self._plan.cells(numbers)))
        except _AskedToStop:
            return False
        return True

    def _watched(self, cells: Iterator[Planned]) -> Iterator[Planned]:
        """The cells; that it lives is told meanwhile. Raises _AskedToStop."""
        planned = self._store.planned()
        for number, cell in enumerate(cells):
            if number % CELLS_BETWEEN_REPORTS == 0:
                self._report(self.done, planned, self.failed)
                if self._stopping():
                    raise _AskedToStop
            yield cell

    def through(self) -> bool:
        """Whether the first replications are all laid out and tried, so that it can be told which cells need more."""
        whole = self._store.laid_out(self._plan.experiment.replications.min) >= self._plan.first
        return whole and not self.missing() and not self._stopping()

    def ended(self) -> bool:
        """Whether no more run may begin."""
        return self._stopping() or (self._limit is not None and self.made >= self._limit)

    def make(self, executor: Executor) -> None:
        """Make all that is missing, as far as the limit and the wish to stop allow."""
        planned = self._store.planned()
        self._report(self.done, planned, self.failed)
        for batch in run_each(self._jobs(), self._measuring, executor, self._stopping):
            results = [_stored(outcome) for _, outcome in batch if not outcome.error]
            failures = [_failure(outcome) for _, outcome in batch if outcome.error]
            if batch:
                self._store.add(results, failures)
            self.made += len(batch)
            self.done += sum(self._store.cells_of(result.key) for result in results)
            self.failed += sum(self._store.cells_of(failure.key) for failure in failures)
            self._report(self.done, planned, self.failed)

    def _jobs(self) -> Iterator[Job]:
        """A job for each missing run, once, although several cells may share it."""
        experiment, points, code = self._plan.experiment, self._plan.points, code_version()
        for cell in self._store.missing(*self._measuring.beside):
            if cell.key in self._begun:
                continue
            if self._limit is not None and len(self._begun) >= self._limit:
                return
            self._begun.add(cell.key)
            scenario = experiment.scenario(cell.scenario, points[cell.point])
            label = f"{cell.scenario!r} at point {cell.point}"
            yield Job(scenario, cell.seed, experiment.days, experiment.scale, label, cell.key, code, formulas_version())


def _stored(outcome: Outcome) -> Result:
    kept: Kept = outcome.result
    return result_of(outcome.job.key, kept, outcome.seconds)


def result_of(key: str, kept: Kept, seconds: float) -> Result:
    """What came back of a run, ready to store."""
    return Result(key, kept.metrics, seconds, kept.daily, kept.records, tuple(map(packed_groups, kept.groups)))


def _failure(outcome: Outcome) -> Failure:
    return Failure(outcome.job.key, outcome.error, outcome.trace, outcome.attempts)
