"""What not every system has, and what stands in its place: locks, owners of files, flags, the size of memory.

Everything else of the package asks here, so that it starts on Linux, macOS and Windows alike. A test looks for what is
one system's alone and stands unguarded.
"""

from __future__ import annotations

import os
import signal

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
try:
    import grp
    import pwd
except ImportError:  # Windows
    grp = pwd = None  # type: ignore[assignment]

NOT_A_LINK = getattr(os, "O_NOFOLLOW", 0)
NO_WAITING = getattr(os, "O_NONBLOCK", 0)
"""A pipe in the place of a file keeps nobody waiting."""

NOT_INHERITED = getattr(os, "O_CLOEXEC", 0)
AS_IT_IS = getattr(os, "O_BINARY", 0)
"""On Windows, ends of lines are changed in what is read without it."""

HAS_LOCKS = fcntl is not None
HAS_TIMER = hasattr(signal, "setitimer")


def lock(file: int) -> bool:
    """Lock an open file for this process, as long as it lives. Raises BlockingIOError if another one holds it.

    False where the system has no such locks: then nobody can tell whether another process lives.
    """
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return HAS_LOCKS


def user() -> int | None:
    """The number of this user; None where the system tells of owners in another way."""
    return os.geteuid() if hasattr(os, "geteuid") else None


def is_own_group(group: int) -> bool:
    """Whether a group is the one that many systems give to each user: named as the user, with no other members."""
    own = user()
    if pwd is not None and grp is not None and own is not None:
        try:
            entry, named = pwd.getpwuid(own), grp.getgrgid(group)
        except KeyError:
            return False
        return (entry.pw_gid, entry.pw_name) == (group, named.gr_name) and set(named.gr_mem) <= {entry.pw_name}
    return False


def memory_megabytes(unknown: int) -> int:
    """How much memory the machine has; `unknown` where the system does not tell."""
    if hasattr(os, "sysconf"):
        try:
            return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000
        except (ValueError, OSError):  # it does not know these names
            pass
    return unknown
