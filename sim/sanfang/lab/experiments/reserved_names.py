"""The names that no factor and no metric of an experiment may have: columns of tables and shipped metrics."""

from __future__ import annotations

COLUMNS = {
    *("scenario", "point", "replication", "seed", "first_day", "last_day", "seconds", "key", "finished", "day"),
    *("checksum", "formulas", "followed"),
    *("metric", "quantity", "n", "mean", "sd", "low", "high", "difference", "estimate", "standard_error", "half_width"),
    *("baseline_mean", "p_value", "effect_size", "correlation", "variance_reduction", "variance_ratio", "ratio_low"),
    *("ratio_high", "independent_half_width", "rank", "of", "probability_best", "difference_to_best", "target"),
    *("needed", "more", "error", "trace", "attempts", "baseline", "term"),
    *("not_reached", "baseline_not_reached", "median", "median_low", "median_high", "sign_p", "rank_to", "verdict"),
    *("worlds", "average", "lower", "higher", "lowest", "highest", "runs_lower", "runs_higher"),
    *("surely_lower", "surely_higher"),
}
"""What tables of results and of their analysis have beside factors and metrics."""


def names_of_columns() -> frozenset[str]:
    """The names that no factor may have. A database takes `Seed` and `seed` for the same."""
    from sanfang.metrics.catalogue import BY_NAME  # numpy comes with it

    return frozenset({*COLUMNS, *BY_NAME})
