"""How teams come in to a workshop, and who is there: a code and a link, names, tokens, and whom the host keeps out."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sanfang.dashboard import limits
from sanfang.dashboard.words import LANGUAGES, say
from sanfang.dashboard.workshop.refusal import Refused
from sanfang.run.names import alike, clean_name, is_seen
from sanfang.scenario.errors import InputError

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of codes: nothing that one could take for another (0 and O, 1 and I and L)."""

CODE_LENGTH = 6
LINK_BYTES = 16
"""Of the secret of a link, which nobody types: so much that nobody guesses it, and guesses need not be counted."""

MAX_TEAM_NAME = 24


@dataclass
class Team:
    """One team. `digest` is that of its token; None where no phone has one. `browser`: the digest of what its browser
    is known by. `free`: its name can be entered again; `called`: for the host has said so, to this team alone, and a
    locked door lets it in. `version` counts what it sees; `shown` is what its
    phone was told last, and of which version."""

    number: int
    name: str
    digest: bytes | None = None
    browser: bytes = b""
    free: bool = False
    called: bool = False
    version: int = 1
    shown: tuple[int, dict[str, Any]] = (0, {})


class Entrance:
    """Of one workshop. Not for several threads at once."""

    def __init__(self) -> None:
        self.teams: tuple[Team, ...] = ()
        self.locked = False
        self._removed: set[bytes] = set()
        self.renew()

    def renew(self) -> None:
        """Another code and another link: who knows the old ones cannot come in by them any more."""
        self.code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        self.link = secrets.token_urlsafe(LINK_BYTES)

    def enter(self, name: str, browser: str, owners: Iterable[str]) -> tuple[Team, str]:
        """A team that has shown code or link, and its token: new, or back with another phone where the host allows it.

        `browser` is what its browser is known by, `owners` are those who have branches already. Raises Refused.
        """
        name, known = team_name(name), digest(browser) if browser else b""
        if known in self._removed:
            raise Refused("removed")
        team = next((one for one in self.teams if one.free and alike(one.name) == alike(name)), None)
        if self.locked and not (team and team.called):
            raise Refused("locked")
        if team is None:
            self._check_name(name, owners)
        others = [one for one in self.teams if one is not team]
        # Of free names as well: one phone does not take those of all teams of a workshop that is opened again.
        if known and sum(one.browser == known for one in others) >= limits.TEAMS_A_BROWSER:
            raise Refused("browser", most=limits.TEAMS_A_BROWSER)
        if len(others) >= limits.TEAMS:
            raise Refused("place", most=limits.TEAMS)
        if team is None:
            team = Team(1 + max((one.number for one in self.teams), default=0), name)
            self.teams += (team,)
        token = secrets.token_urlsafe(32)
        team.digest, team.browser, team.free, team.called = digest(token), known, False, False
        return team, token

    def call(self, team: Team) -> None:
        """A team comes in again, with another phone: the one it had is out."""
        team.digest, team.free, team.called = None, True, True

    def _check_name(self, name: str, owners: Iterable[str]) -> None:
        """Whether a new team may have this name. Raises Refused."""
        # Of teams that have left, too: nobody else gets their branches. And nobody is taken for the host.
        taken = {*owners, *(one.name for one in self.teams), *(say("workshop_host", lang) for lang in LANGUAGES)}
        if name.casefold() in {one.casefold() for one in taken}:
            raise Refused("name_taken")
        if alike(name) in {alike(one) for one in taken}:
            raise Refused("name_alike")

    def of_token(self, token: str) -> Team | None:
        """The team with this token. Each comparison takes the same time whatever was given, and all are made."""
        given, found = digest(token), None
        for team in self.teams:
            if team.digest is not None and hmac.compare_digest(given, team.digest):
                found = team
        return found

    def team(self, number: int) -> Team:
        """The team with this number. Raises Refused."""
        for team in self.teams:
            if team.number == number:
                return team
        raise Refused("team")

    def remove(self, team: Team) -> None:
        """A team goes, and its browser does not come back before `let_back`."""
        self.teams = tuple(one for one in self.teams if one is not team)
        if team.browser:
            self._removed.add(team.browser)

    @property
    def removed(self) -> int:
        """How many browsers are kept out."""
        return len(self._removed)

    @property
    def door(self) -> tuple[bool, tuple[str, ...]]:
        """Whether it is locked, and the digests of browsers that are kept out, as a file holds them."""
        return self.locked, tuple(sorted(one.hex() for one in self._removed))

    def as_before(self, names: Iterable[tuple[int, str]], locked: bool, removed: Iterable[str]) -> None:
        """The entrance of a workshop that is opened again: its door as it was, and each of its teams may come in."""
        self.teams = tuple(Team(number, name, free=True) for number, name in names)
        self.locked, self._removed = locked, {bytes.fromhex(one) for one in removed}

    def let_back(self) -> None:
        """Browsers that were kept out may come in again."""
        self._removed.clear()


def team_name(name: str) -> str:
    """A team's name as it is kept. Raises Refused."""
    text = unicodedata.normalize("NFKC", name)
    try:
        text = clean_name(text, MAX_TEAM_NAME)
    except InputError:
        line = " ".join(text.split())
        raise Refused("name" if is_seen(line) else "name_unseen", most=MAX_TEAM_NAME) from None
    if not text:
        raise Refused("name", most=MAX_TEAM_NAME)
    return text


def clean_code(code: str) -> str:
    """A code as it was meant: letters large, wide ones of a Chinese keyboard narrow, without spaces."""
    return "".join(unicodedata.normalize("NFKC", code).upper().split())


def digest(secret: str) -> bytes:
    """What is kept of a token or compared of a code."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
