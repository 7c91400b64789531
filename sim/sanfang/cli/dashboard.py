"""`sanfang dashboard` serves the pages that show a policy live."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sanfang.cli.endings import user_errors
from sanfang.cli.loading import say_notes
from sanfang.cli.options import Language
from sanfang.cli.telling import say_if_compiling
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
    browser: Annotated[
        bool,
        typer.Option("--browser/--no-browser", help="Open the pages on this machine once they are served."),
    ] = False,
) -> None:
    """Show a policy live in the browser, in Chinese or English; Ctrl-C ends it."""
    from sanfang.dashboard.door.hosts import is_loopback
    from sanfang.dashboard.serve import in_address, is_free, serve

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
    say_if_compiling()
    address = f"http://{in_address(ALL_ADDRESSES.get(host, host))}:{port}"
    print(f"Sanfang is at {address}  (Ctrl-C ends it)", file=sys.stderr)
    serve(
        host,
        port,
        lang.value,
        allowed=allow_host or (),
        password=password,
        per_address=per_address,
        show_in_browser=address if browser else None,
    )


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
