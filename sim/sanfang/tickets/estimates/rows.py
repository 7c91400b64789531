"""Which rows of a file are requests of their own, and which belong to one trouble, by the file's links."""

from __future__ import annotations

import numpy as np

from sanfang.tickets.tickets import Tickets


def is_request(tickets: Tickets) -> np.ndarray:
    """Which rows are requests of their own: not linked to another as its duplicate, nor marked as one."""
    return ((tickets.table["duplicate_of"] < 0) & (tickets.table["status"] != "duplicate")).to_numpy()


def first_reports(tickets: Tickets) -> np.ndarray:
    """For each row the row of the first report while the trouble was open: itself, if it is no duplicate."""
    return _ends(tickets.table["duplicate_of"].to_numpy())


def earlier_closed(tickets: Tickets) -> np.ndarray:
    """For each row the row of the earlier, closed request about the same trouble; -1: none.

    What is back after a duplicate was closed is back after the first report of it was.
    """
    link = tickets.table["repeats"].to_numpy()
    return np.where(link >= 0, first_reports(tickets)[link], link)


def troubles(tickets: Tickets) -> np.ndarray:
    """For each row the row with which its trouble began, however often it was back."""
    return _ends(earlier_closed(tickets))


def requests_together(tickets: Tickets) -> float:
    """Sum of squares of the requests of each trouble over their sum, less 1: 0 if none is ever back.

    By so much is the variance of a count above its own. Requests of one trouble come weeks apart, so weeks as clusters
    do not see that they come together.
    """
    sizes = np.bincount(troubles(tickets)[is_request(tickets)]).astype(float)
    return float((sizes**2).sum() / sizes.sum()) - 1.0 if sizes.sum() else 0.0


def _ends(link: np.ndarray) -> np.ndarray:
    """The end of each row's chain of links (-1: none); a circle ends at one of its rows."""
    root = np.where(link < 0, np.arange(len(link)), link)
    for _ in range(64):  # each pass doubles what is followed
        further = root[root]
        if (further == root).all():
            break
        root = further
    return root
