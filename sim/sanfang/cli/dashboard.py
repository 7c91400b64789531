"""`sanfang dashboard` serves the pages that show a policy live."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer

from sanfang.cli.endings import user_errors
from sanfang.cli.loading import say_notes
from sanfang.cli.options import Language
from sanfang.cli.steps import Steps
from sanfang.cli.telling import tell
from sanfang.dashboard.door.limits import PAGES_PER_ADDRESS
from sanfang.scenario.content import hiding
from sanfang.scenario.errors import InputError

dashboard_app = typer.Typer()

ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""What to bind to be reached at every address, of IPv4 or IPv6 and not of both, and by which one this machine can."""

PASSWORD = "SANFANG_PASSWORD"
MIN_PASSWORD = 8
MAX_PASSWORD = 1_000
EXPOSED = """\
WARNING: bound to {host}, these pages can be opened by everybody who can reach this machine over the network.
         What they and you send is not encrypted; {guard}.
         For more than a room you trust, put it behind a server with TLS, and name that server with --allow-host."""

STEPS = {
    "loading": "Loading the model",
    "compiling": "Compiling the model: once after an installation or a change, one to three minutes",
    "warming_up": "Making ready: a first run of two days",
    "starting": "Starting the server",
}
"""What is told of each step before the server answers."""


@dashboard_app.command("dashboard")
def dashboard_command(
    host: Annotated[
        str, typer.Option(help="Address to bind. Others on the network can see the pages only if you change it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to bind.")] = 8765,
    lang: Annotated[Language, typer.Option(help="Language of a page whose address names none.")] = Language.ZH,
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Another name under which the server answers; repeatable.")
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"File whose first line is the password; or set {PASSWORD}."),
    ] = None,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Let everybody in who can reach an address other than this machine.")
    ] = False,
    per_address: Annotated[
        int, typer.Option(min=1, max=1000, help="Pages that one address may have open: a room sits behind one router.")
    ] = PAGES_PER_ADDRESS,
    build: Annotated[
        bool | None,
        typer.Option(
            "--build/--no-build",
            help="Let visitors build experiments on the Results page, which writes files and computes for minutes. By "
            "itself only with the pages for this machine alone, and without a password.",
        ),
    ] = None,
    browser: Annotated[
        bool | None,
        typer.Option(
            "--browser/--no-browser",
            help="Open the pages on this machine once they are served. By itself only from a terminal with a screen, "
            "and with the pages for this machine alone.",
        ),
    ] = None,
) -> None:
    """Show a policy live in the browser, in Chinese or English; Ctrl-C ends it."""
    from sanfang.dashboard.door.hosts import is_loopback
    from sanfang.dashboard.serve import is_free

    with user_errors():
        exposed = not is_loopback(host)
        password = None if no_password else _password(password_file, exposed)
        if not is_free(host, port):
            raise InputError(
                f"--port {port}: cannot be bound at {host}; another program may use it. Try --port {port % 65535 + 1}"
            )
    say_notes(hiding())
    if exposed:
        guard = "a password is asked for" if password else "and NO PASSWORD is asked for"
        print(EXPOSED.format(host=host, guard=guard), file=sys.stderr)
    shown = not exposed and is_at_a_screen() if browser is None else browser
    may_build = not exposed and password is None if build is None else build
    options = {"allowed": allow_host or (), "password": password, "per_address": per_address, "build": may_build}
    _serve(host, port, lang.value, shown, options)


def _serve(host: str, port: int, lang: str, shown: bool, options: dict[str, Any]) -> None:
    """Serve, tell what is being done until the server answers and then where it is, and open a browser if `shown`."""
    from sanfang.dashboard.serve import in_address, serve

    address = f"http://{in_address(ALL_ADDRESSES.get(host, host))}:{port}"
    with Steps() as steps:

        def answers() -> None:
            steps.end()
            tell(f"Sanfang is at {address}  (Ctrl-C ends it)")
            if shown:
                webbrowser.open(address)

        serve(host, port, lang, address=address, step=lambda step: steps(STEPS[step]), answers=answers, **options)


def is_at_a_screen() -> bool:
    """Whether somebody sits at a terminal of this machine and has a screen that can show a browser."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdout, sys.stderr)):
        return False
    if os.environ.get("SSH_CONNECTION"):  # the screen is another machine's, and 127.0.0.1 is not this one there
        return False
    return sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _password(file: Path | None, needed: bool) -> str | None:
    """The password: from a file, a variable of the environment, or, where one is needed, a prompt; never an argument,
    which every user of the machine could read. None where none is given and none is needed."""
    if file is not None:
        password, where = _first_line(file), f"--password-file {file}"
    elif (variable := os.environ.get(PASSWORD)) is not None:
        password, where = variable, PASSWORD
    elif not needed:
        return None
    elif sys.stdin.isatty():
        password, where = str(typer.prompt("Password for visitors", hide_input=True)), "the password"
    else:
        raise InputError(
            f"--host: others could open the pages: set {PASSWORD}, or give --password-file, or say --no-password"
        )
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InputError(f"{where}: must have {MIN_PASSWORD} to {MAX_PASSWORD:,} characters")
    return password


def _first_line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.readline(2 * MAX_PASSWORD).rstrip("\r\n")
    except OSError as error:
        raise InputError(f"--password-file {file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"--password-file {file}: is not UTF-8 text") from None
