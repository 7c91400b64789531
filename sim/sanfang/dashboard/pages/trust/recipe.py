"""The code behind the Trust page."""

from __future__ import annotations

from sanfang.dashboard.address import Address
from sanfang.dashboard.quoting import command, in_python
from sanfang.dashboard.recipe import Recipe


def recipe(address: Address) -> Recipe:
    """The check that is shown, with as many runs as the page makes; the first one if it names none."""
    from sanfang.lab.verification.checks import CHECKS

    keys = [check.key for check in CHECKS]
    key = address.other.get("check", "")
    key = key if key in keys else keys[0]
    python = [
        "from sanfang.lab.verification import checks",
        "",
        f"check = checks.check({in_python(key)})",
        f"finding = checks.make(check, seed={address.seed}, runs=checks.QUICK)",
        "print(checks.table([finding]))",
        "print(finding.verdict)",
    ]
    options = [("--quick", ""), ("--seed", str(address.seed)), ("--lang", address.lang)]
    return Recipe("\n".join(python), command(["sanfang", "verify"], [key], options))
