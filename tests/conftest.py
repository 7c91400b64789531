"""What tests share: a made-up simulation that takes no time, machine code compiled once, and a browser."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
import numpy as np
import pandas as pd
import pytest
from benchmarks import browser

from sanfang.lab.sweeps import executors, measuring, runner
from sanfang.metrics.catalogue import METRICS
from sanfang.metrics.groups import ByGroup, dimensions
from sanfang.run import prepare, simulation
from sanfang.scenario.window import Window

hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None)
hypothesis.settings.load_profile("fixed")
"""Examples are the same in every run, so that no test fails by luck in continuous integration; a test
says so where it tries others (`SANFANG_EXAMPLES` in test_properties.py)."""


def pytest_configure(config: pytest.Config) -> None:
    """Compile the model before parallel test processes start, or each of them would compile it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a shell; commands would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    _keep_workshops_apart(config)
    from sanfang.model import compiled

    if not compiled.is_cached():
        from sanfang.scenario.scenario import Scenario

        simulation.simulate(Scenario.load("before", district="licang"), days=2, scale=0.02)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: in the end, one process would work on it and the others wait."""
    items.sort(key=lambda item: item.path.name != "test_extending.py")  # each copies and compiles the program


def _keep_workshops_apart(config: pytest.Config) -> None:
    """Workshops that tests hold do not lie among those of whoever runs them. Processes that are started inherit it."""
    os.environ["SANFANG_WORKSHOPS"] = folder = os.path.realpath(tempfile.mkdtemp(prefix="workshops-of-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def made_up_run(
    scenario: Any,
    seed: int = 1,
    days: int | None = None,
    scale: float = 1.0,
    keep_requests: bool = False,
    progress: Any = None,
) -> Any:
    """A run whose metrics are known: the seed's noise, the same in all scenarios, plus the policy's authority."""
    if scenario.policy.authority == 0.666:
        raise ZeroDivisionError("made up")
    noise = float(np.random.default_rng(seed).normal())
    metrics = {metric.name: 10 + noise for metric in METRICS}
    metrics["satisfaction"] = 0.5 + 0.01 * noise + 0.1 * scenario.policy.authority
    metrics["resolution_days_p90"] = float("nan")
    metrics["hours_supplied"] = 1000.0 * scale
    metrics["money_supplied"] = 50_000.0
    ledger = pd.DataFrame(
        [("hours", "community", "handling", 600.0), ("hours", "community", "rework", 400.0)],
        columns=["resource", "tier", "heading", "amount"],
    )
    return SimpleNamespace(
        metrics=metrics,
        daily=pd.DataFrame({"day": [0, 1], "backlog": [1.0, 2.0]}),
        ledger=ledger,
        requests=pd.DataFrame({"request": [1]} if keep_requests else {}),
        scenario=scenario,
        seed=seed,
        days=days or scenario.run.days,
        scale=scale,
        window=Window.of(scenario, days),
        reasons={},
        observation=metrics,
        years={},
    )


def made_up_groups(metrics: dict[str, float], by: Sequence[str], _years: object = None) -> tuple[ByGroup, ...]:
    """Two groups of each dimension: the metrics of a made-up run, and none, as nobody belongs to the other."""
    found = []
    for dimension in dimensions(by):
        names = tuple(one.name for one in dimension.metrics)
        values = np.array([[metrics[name] for name in names], [np.nan] * len(names)])
        n = np.array([[100.0] * len(names), [0.0] * len(names)])
        found.append(ByGroup(dimension.name, ("some", "nobody"), names, values, n))
    return tuple(found)


@pytest.fixture
def made_up_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the simulation by `made_up_run`, in forked workers as well."""
    monkeypatch.setattr(simulation, "simulate", made_up_run)
    monkeypatch.setattr(prepare, "make_start", lambda *_: None)
    monkeypatch.setattr(measuring, "groups_of", made_up_groups)
    monkeypatch.setattr(runner.compiled, "is_cached", lambda: True)
    monkeypatch.setattr(executors, "start_method", lambda: "fork")


@pytest.fixture
def sweep_folder(tmp_path: Path) -> Path:
    """A folder that is not there yet, without other tests' sweeps beside it, whose runs would be taken over."""
    return tmp_path / "here"


# --- Files -------------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, empty except for `small.toml`, a district of two domains; nothing else lies beside it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    shutil.copy(Path(__file__).with_name("data") / "small.toml", folder)
    return folder


# --- Worked examples ---------------------------------------------------------------------------------------


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The numbers of the example of docs/model.md after which a test is named; all must have been tried at its end."""
    from hand_made import Told

    numbers = Told(request.node.originalname.removeprefix("test_example_").replace("_", " "))
    yield numbers
    numbers.is_over()


# --- The dashboard in a browser -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def dashboard() -> Iterator[str]:
    """The address of a dashboard in a process of its own."""
    with browser.server() as server:
        yield server.address


@pytest.fixture
def own_dashboard(tmp_path: Path) -> Iterator[browser.Server]:
    """A dashboard for one test, with scripts of its own that may come to harm."""
    import solara.server.settings

    scripts = tmp_path / "scripts"
    shutil.copytree(solara.server.settings.assets.proxy_cache_dir, scripts)
    with browser.server(assets=scripts) as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser; tests that need one are skipped, loudly, where none can be had."""
    if browser.program() is None:
        warnings.warn("NO BROWSER: the dashboard is not tested in one. Install Chromium, test again.", stacklevel=1)
        pytest.skip("no Chromium on this machine")
    with browser.chromium() as running:
        yield running


@pytest.fixture
def visit(chromium: Any, dashboard: str) -> Iterator[Callable[..., Any]]:
    """Opens a page: `visit("/compare?lang=zh", 390, 844)`.

    Fails the test at its end on any error in the console, any request that failed, and any to another host.
    """
    wrong: list[str] = []
    contexts: list[Any] = []

    def open_(path: str = "/", width: int = 1280, height: int = 720) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: wrong.append(f"console: {message.text}") if message.type == "error" else None
        )
        page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
        page.on("response", lambda got: wrong.append(f"{got.status}: {got.url}") if got.status >= 400 else None)
        page.on("request", lambda request: None if _is_local(request.url) else wrong.append(f"outside: {request.url}"))
        page.goto(dashboard + path)
        page.wait_for_selector(".sf-top")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


def _is_local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
