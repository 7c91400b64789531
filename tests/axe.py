"""The checker of accessibility, for tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

VIOLATIONS = """async () => {
    const found = await axe.run(document, {resultTypes: ['violations']});
    return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 150)).join(' | ')}`);
}"""


def checker() -> str:
    """The script of axe-core, as the package axe-playwright-python brings it (MPL-2.0)."""
    package = importlib.util.find_spec("axe_playwright_python")
    assert package is not None and package.origin is not None
    return Path(package.origin).with_name("axe.min.js").read_text("utf-8")


def violations(page: Any) -> list[str]:
    """What axe-core finds wrong with a page as it stands."""
    page.evaluate(checker())
    return list(page.evaluate(VIOLATIONS))
