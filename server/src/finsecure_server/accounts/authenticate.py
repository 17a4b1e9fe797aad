"""From an Authorization header to the account behind it, and every way in which that fails, each with its own code.

A key is looked up by its SHA-256, so nothing is ever compared letter by letter. What was found is remembered for a
second; what this process changes is forgotten at once, what another one changes is seen within that second.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from hashlib import sha256
from typing import Final, NamedTuple

import structlog

from finsecure_server.accounts import key_text, store
from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import CommitUnknown, Database, Reader, Row, Unavailable
from finsecure_server.web.request import Caller

log = structlog.get_logger()

REMEMBERED_US: Final = 1_000_000
REMEMBERED_MAX: Final = 10_000
USE_NOTED_US: Final = 60 * 1_000_000  # "last used" is written at most once a minute and key
FLUSH_EVERY_S: Final = 15.0
HEADER_LETTERS_MAX: Final = 1_000

_EVERYTHING: Final = frozenset({"*"})


class Known(NamedTuple):
    """A caller, and the times between which we may go on believing it."""

    caller: Caller
    since_us: int
    until_us: int


class Keys:
    """Implements `web.request.Authenticate` on the table of keys."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[bytes, Known] = {}
        self._used: dict[store.Used, int] = {}
        self._changes = 0

    async def __call__(self, authorization: str | None, wall_us: int) -> Caller:
        """The caller. Raises api_key_missing, invalid_api_key, api_key_revoked, api_key_expired, api_key_wrong_mode."""
        if authorization is None:
            raise Refused(Code.API_KEY_MISSING)
        digest = sha256(authorization.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(digest)
        if known is not None and known.since_us <= wall_us < known.until_us:
            return known.caller
        changes = self._changes
        known = await self._look(key_in(authorization), wall_us)
        if changes == self._changes:  # else what we saw may be the state before the change
            self._remember(digest, known)
        return known.caller

    def changed(self, account: str) -> None:
        """Something about this account's keys or clock was committed: believe nothing that was known of it."""
        self._changes += 1
        self._known = {digest: known for digest, known in self._known.items() if known.caller.account != account}

    async def flush(self) -> None:
        """Write down when keys were last used. What cannot be written now waits for the next time."""
        used, self._used = self._used, {}
        if not used:
            return
        try:
            await self._db.write(lambda tx: store.note_use(tx, used))
        except (Unavailable, CommitUnknown) as error:
            log.warning("the last use of keys could not be written", keys=len(used), reason=str(error))
            self._used = used | self._used

    async def run(self) -> None:
        """Flush now and then, until cancelled; a last time then."""
        try:
            while True:
                await asyncio.sleep(FLUSH_EVERY_S)
                await self.flush()
        finally:
            await self.flush()

    async def _look(self, text: str, wall_us: int) -> Known:
        _parts(text)  # what cannot be a key costs no look at the database
        row = await self._db.read(lambda reader: _row(reader, text, wall_us))
        self._note(row, wall_us)
        return _known(row, wall_us)

    def _remember(self, digest: bytes, known: Known) -> None:
        self._known.pop(digest, None)  # so that it goes to the end, and the first is the oldest
        self._known[digest] = known
        if len(self._known) > REMEMBERED_MAX:
            del self._known[next(iter(self._known))]

    def _note(self, row: Row, wall_us: int) -> None:
        last = row["last_used_us"]
        if last is None or wall_us - last >= USE_NOTED_US:
            self._used[store.Used(row["account_id"], row["livemode"], row["id"])] = wall_us


def caller_with(reader: Reader, text: str, wall_us: int) -> Caller:
    """Whose key a text is, for a page on which one enters a key. Raises what a call with it would be refused with."""
    return _known(_row(reader, text, wall_us), wall_us).caller


def key_in(authorization: str) -> str:
    """The key in an Authorization header: Bearer, or Basic with the key as user name and any password.

    Raises api_key_missing when there is none, invalid_api_key when the header cannot be read.
    """
    if len(authorization) > HEADER_LETTERS_MAX:
        raise Refused(Code.INVALID_API_KEY, "Invalid API Key provided: the Authorization header is too long.")
    scheme, _, credentials = authorization.strip().partition(" ")
    scheme = scheme.lower()
    if scheme == "bearer":
        key = credentials.strip(" ")
    elif scheme == "basic":
        key = _user_name(credentials)
    elif authorization.strip():
        raise invalid(
            authorization.strip().rpartition(" ")[2],
            "The header reads 'Authorization: Bearer <key>', or Basic with the key as user name.",
        )
    else:
        key = ""
    if not key.strip():
        raise Refused(Code.API_KEY_MISSING, "You did not provide an API key: the Authorization header holds none.")
    return key


def invalid(text: str, why: str) -> Refused:
    """The refusal of something that is no key here. It repeats what was sent only masked."""
    message = f"Invalid API Key provided: {key_text.masked(text)}"
    return Refused(Code.INVALID_API_KEY, f"{message}. {why}" if why else message)


def _parts(text: str) -> key_text.Parts:
    parts = key_text.parts(text)
    if parts is None:
        raise invalid(text, _what_is_odd(text))
    return parts


def _row(reader: Reader, text: str, wall_us: int) -> Row:
    parts = _parts(text)
    row = store.whose(reader, key_text.digest(text))
    if row is None:
        if store.whose(reader, key_text.digest(key_text.in_other_mode(parts))) is not None:
            raise Refused(
                Code.API_KEY_WRONG_MODE,
                f"Wrong-mode API Key provided: {key_text.masked(text)}. These letters belong to a "
                f"{'test' if parts.livemode else 'live'} key; a prefix cannot be changed.",
            )
        raise invalid(text, "")
    _require_alive(row, text, wall_us)
    return row


def _user_name(credentials: str) -> str:
    try:
        pair = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise Refused(
            Code.INVALID_API_KEY, "Invalid API Key provided: what follows Basic is not base64 of '<key>:'."
        ) from None
    return pair.partition(":")[0]


def _what_is_odd(text: str) -> str:
    """Why a text cannot be a key, when that can be told from the text."""
    if not text:
        return "There is none."
    if "\n" in text or "\r" in text:
        return "It holds a line break; read it with `tr -d '\\n'`, or trim what you read from a file."
    if any(letter.isspace() for letter in text):
        return "It holds a space; trim it."
    if text[0] in "\"'`" or text[-1] in "\"'`":
        return "It stands in quotes; remove them."
    if any(mark in text for mark in "$<>{}*…"):
        return "It is a placeholder; put the key in its place."
    if not any(text.startswith(prefix) for prefix in key_text.PREFIXES):
        return f"Keys begin with {', '.join(key_text.PREFIXES)}."
    return "It holds characters that no key has, or too many or none behind its prefix."


def _require_alive(row: Row, text: str, wall_us: int) -> None:
    if row["revoked_us"] is not None:
        raise Refused(Code.API_KEY_REVOKED, f"Revoked API Key provided: {key_text.masked(text)}")
    if store.over(row["expires_us"], wall_us):
        raise Refused(Code.API_KEY_EXPIRED, f"Expired API Key provided: {key_text.masked(text)}")


def _known(row: Row, wall_us: int) -> Known:
    until = wall_us + REMEMBERED_US
    if row["expires_us"] is not None:
        until = min(until, row["expires_us"])
    caller = Caller(
        account=row["account_id"],
        livemode=bool(row["livemode"]),
        key_id=row["id"],
        kind=row["kind"],
        # What a publishable key may call is said by the routes; it has no scopes of its own.
        scopes=_EVERYTHING if row["kind"] == key_text.PUBLISHABLE else frozenset(row["scopes"].split()),
        clock_offset=row["clock_offset_us"],
    )
    return Known(caller, wall_us, until)
