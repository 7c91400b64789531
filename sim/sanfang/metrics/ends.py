"""The ways in which a need may end, each of which excludes the others."""

from __future__ import annotations

from sanfang.metrics.declare import Better

UNDER_WAY = -1
"""It has not ended."""
WAYS = RESOLVED, MET, HEALED, GIVEN_UP, UNRESOLVED = range(5)
"""By an office; by a planned service while it was silent; by itself while it was silent; without result, because its
resident gave the request up, or because it was closed and is not brought back."""

SHARES: dict[str, tuple[tuple[int, ...], Better | None, str, str]] = {
    "resolved": ((RESOLVED, MET), "higher", "Problems resolved or met", "问题解决或满足"),
    "met": ((MET,), None, "Problems met by planned services", "问题由公共服务满足"),
    "healed": ((HEALED,), None, "Problems gone by themselves", "问题自然消解"),
    "given_up": ((GIVEN_UP,), "lower", "Problems given up by residents", "居民放弃诉求"),
    "unresolved": ((UNRESOLVED,), "lower", "Problems closed unresolved", "问题未解决而办结"),
}
"""What is told of them: of which ways together, which direction is better, and labels. With what is still under way all
but `met`, which is part of `resolved`, sum to one."""
