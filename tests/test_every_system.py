"""What one system alone has stands behind a guard, so that the package starts on others. Those are not tried here."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SIM = Path(__file__).resolve().parents[1] / "sim"
FILES = sorted(SIM.rglob("*.py"))

MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
NAMES = {
    "os": {
        "chown", "fchown", "lchown", "confstr", "ctermid", "fork", "forkpty", "getegid", "geteuid", "getgid",
        "getgrouplist", "getgroups", "getloadavg", "getpgid", "getpgrp", "getpriority", "getresuid", "getsid",
        "getuid", "killpg", "mkfifo", "mknod", "nice", "openpty", "pathconf", "pipe2", "posix_fadvise",
        "posix_fallocate", "posix_spawn", "pread", "pwrite", "sched_getaffinity", "sched_setaffinity", "sched_yield",
        "sendfile", "setgid", "setpgid", "setpriority", "setsid", "setuid", "statvfs", "sync", "sysconf", "tcgetpgrp",
        "uname", "wait", "wait3", "wait4", "memfd_create", "getrandom", "O_ASYNC", "O_CLOEXEC", "O_DIRECT",
        "O_DIRECTORY", "O_DSYNC", "O_NOATIME", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK", "O_PATH", "O_SYNC",
        "O_TMPFILE", "O_BINARY",
    },
    "signal": {
        "ITIMER_REAL", "SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP",
        "SIGUSR1", "SIGUSR2", "SIGWINCH", "alarm", "pause", "pthread_kill", "pthread_sigmask", "setitimer", "sigwait",
    },
    "socket": {"AF_UNIX", "SO_REUSEPORT", "SO_REUSEADDR"},
    "time": {"tzset", "clock_gettime", "CLOCK_MONOTONIC"},
}  # fmt: skip
"""What Windows or macOS has not, or, as SO_REUSEADDR, with another meaning."""

PLACE = re.compile(r"/(proc|sys|dev|etc|run|tmp)(/|$)")
GUARD = re.compile(r"\bhasattr\(|\bis (not )?None\b|\bsys\.platform\b|\bos\.name\b|\bHAS_[A-Z]+\b")
SPARED_BY = {"ImportError", "ModuleNotFoundError", "AttributeError", "OSError"}

Found = tuple[int, str]


def unguarded(code: str) -> list[Found]:
    """Lines of a file, and what on them is one system's alone and stands without a guard."""
    return sorted(set(_within(ast.parse(code), guarded=False)))


def _within(node: ast.AST, guarded: bool) -> Iterator[Found]:
    if not guarded and (name := _is_special(node)):
        yield node.lineno, name  # type: ignore[attr-defined]
    for field, value in ast.iter_fields(node):
        inside = guarded or _guards(node, field)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _within(child, inside)


def _guards(node: ast.AST, field: str) -> bool:
    """Whether a part of a statement runs only where the system has what it needs, or else is caught."""
    if isinstance(node, ast.Try):
        return field == "body" and any(names & SPARED_BY for names in map(_caught, node.handlers))
    if isinstance(node, ast.If | ast.IfExp):
        return bool(GUARD.search(ast.unparse(node.test)))
    return isinstance(node, ast.BoolOp) and bool(GUARD.search(ast.unparse(node.values[0])))


def _caught(handler: ast.ExceptHandler) -> set[str]:
    return {one.id for one in ast.walk(handler.type) if isinstance(one, ast.Name)} if handler.type else set()


def _is_special(node: ast.AST) -> str:
    """What a node names that not every system has; "" if nothing."""
    if isinstance(node, ast.Import):
        return ", ".join(MODULES & {alias.name for alias in node.names})
    if isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names}
        return ", ".join(MODULES & {str(node.module)} or NAMES.get(str(node.module), set()) & names)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = node.value.id
        return f"{owner}.{node.attr}" if owner in MODULES or node.attr in NAMES.get(owner, ()) else ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and PLACE.match(node.value):
        return node.value
    return ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SIM).as_posix())
def test_what_not_every_system_has_is_guarded(path: Path) -> None:
    assert unguarded(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        "import fcntl", "from resource import getrlimit", "from os import geteuid", "import os\nos.fork()",
        "import signal\nsignal.signal(signal.SIGHUP, None)", "open('/proc/self/status')",
        "import os\nos.open('x', os.O_RDONLY | os.O_NOFOLLOW)", "try:\n    import pwd\nexcept ValueError:\n    pass",
        "if ready:\n    os.sysconf('x')", "def f():\n    return os.sched_getaffinity(0)",
    ],
)  # fmt: skip
def test_the_check_finds_what_has_no_guard(code: str) -> None:
    assert len(unguarded(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    import fcntl\nexcept ImportError:\n    fcntl = None\nif fcntl is not None:\n    fcntl.flock(1, 2)",
        "n = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else 1",
        "flag = getattr(os, 'O_NOFOLLOW', 0)", "import os\nos.open('x', os.O_RDONLY)", "text = 'a /proc b'",
        "own = hasattr(os, 'getuid') and os.getuid()",
    ],
)  # fmt: skip
def test_the_check_lets_through_what_has_one(code: str) -> None:
    assert unguarded(code) == []


WITHOUT = """
import os, signal, sys
from pathlib import Path
for name in ("fcntl", "grp", "pwd", "resource"):
    sys.modules[name] = None
import sanfang.dashboard.limits, sanfang.lab.sweeps.executors  # libraries have been loaded with what this system has
for module in [name for name in sys.modules if name.startswith("sanfang")]:
    del sys.modules[module]
for name in ("geteuid", "sched_getaffinity", "sysconf", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"):
    delattr(os, name)
for name in ("setitimer", "SIGALRM"):
    delattr(signal, name)
from sanfang.cli.endings import orderly_end
from sanfang.dashboard import limits, serve
from sanfang.lab.sweeps.executors import available_cores
from sanfang.model.code_folder import CodeFolder, remove_left_over
from sanfang.model.start.one_maker import alone
code = CodeFolder("code")
code.write("a", b"machine code\\r\\n")
assert code.read("a") == b"machine code\\r\\n" and str(code.path).startswith(os.environ["SANFANG_CACHE"])
remove_left_over()
with orderly_end(), alone(Path(code.path) / "a.lock") as mark:
    mark()
assert limits.HELD_MEGABYTES == 2_000 and available_cores() > 0 and serve._open_files() is None
"""


def test_it_works_without_what_a_system_may_lack(tmp_path: Path) -> None:
    """Not Windows, but this system without what Windows lacks."""
    environment = {"SANFANG_CACHE": str(tmp_path), "PATH": "", "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False, env=environment, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
