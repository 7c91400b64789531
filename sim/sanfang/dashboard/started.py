"""The name of this start of the server. A page that hears another one knows that what it was connected to is gone."""

from __future__ import annotations

import secrets

PATH = "/sanfang/start"
"""Where a page whose connection is lost asks for it: an answer costs next to nothing, and a page tries for hours."""

NAME = secrets.token_hex(8)
"""Drawn at random: it says nothing of the key that signs cookies, nor of when the server was started."""
