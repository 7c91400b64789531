"""`sanfang dashboard` serves the pages that show a policy live."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sanfang.cli_options import Language
from sanfang.faces import say_if_compiling, user_errors
from sanfang.scenario.errors import InputError

dashboard_app = typer.Typer()


@dashboard_app.command("dashboard")
def dashboard_command(
    host: Annotated[
        str, typer.Option(help="Address to bind. Others on the network can see the pages only if you change it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to bind.")] = 8765,
    lang: Annotated[Language, typer.Option(help="Language of a page whose address names none.")] = Language.ZH,
) -> None:
    """Show a policy live in the browser, in Chinese or English; Ctrl-C ends it."""
    from sanfang.dashboard.serve import is_free, serve

    with user_errors():
        if not is_free(host, port):
            raise InputError(
                f"--port {port}: cannot be bound at {host}; another program may use it. Try --port {port % 65535 + 1}"
            )
    say_if_compiling()
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    print(f"Sanfang is at http://{shown}:{port}  (Ctrl-C ends it)", file=sys.stderr)
    serve(host, port, lang.value)
