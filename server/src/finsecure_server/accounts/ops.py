"""Rules of accounts, keys and the test clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from msgspec import UNSET, structs

from finsecure_server.accounts import key_text, store
from finsecure_server.accounts.types import (
    OVERLAP_SECONDS_MAX,
    READ_ALL,
    SCOPES,
    STEP_SECONDS_MAX,
    Account,
    AccountSettings,
    AdvanceClock,
    ApiKey,
    BusinessProfile,
    CreateApiKey,
    DashboardSettings,
    PaymentsSettings,
    RollApiKey,
    TestClock,
)
from finsecure_server.core import ids
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage import queue
from finsecure_server.storage.database import Reader, Tx

_MICROSECONDS: Final = 1_000_000
_TIME_END_US: Final = 1 << 60  # of what an id can say; the year 38505
AHEAD_SECONDS_MAX: Final = 100 * 366 * 86_400  # of a test clock before the wall clock, in all
EVERYTHING: Final = "*"


class OpenedAccount(NamedTuple):
    """A new account and its keys in clear: the only time that anybody sees them."""

    account: str
    secret_test: str
    publishable_test: str
    secret_live: str
    publishable_live: str


class Maker(NamedTuple):
    """What whoever makes a key holds; nobody hands out more."""

    scopes: frozenset[str]

    def may_give(self, kind: str, scopes: Sequence[str]) -> bool:
        """Whether a key with these scopes is no wider than the maker's own."""
        if EVERYTHING in self.scopes:
            return True
        return kind == key_text.RESTRICTED and all(self._holds(scope) for scope in scopes)

    def _holds(self, scope: str) -> bool:
        area, _, verb = scope.partition(":")
        return scope in self.scopes or f"{area}:write" in self.scopes or (verb == "read" and READ_ALL in self.scopes)


# -- accounts ---------------------------------------------------------------------------------------------------------


def open_account(
    tx: Tx, wall_us: int, chance: Callable[[int], bytes], name: str, secret_key: str | None = None
) -> OpenedAccount:
    """A new account with a secret and a publishable key for test and for live mode.

    `secret_key` is a test key that the operator brings along, for instance to keep the environment of a test suite.
    Raises ValueError when it cannot be used.
    """
    if secret_key is not None:
        key_text.require_own_test_key(secret_key)
    account = Account(
        id=ids.make("acct", wall_us, chance(ids.CHANCE_BYTES)),
        created=wall_us // _MICROSECONDS,
        business_profile=BusinessProfile(name=name),
        settings=AccountSettings(dashboard=DashboardSettings(display_name=name), payments=PaymentsSettings()),
    )
    store.add_account(tx, account, wall_us)
    made = []
    for number, (kind, livemode) in enumerate(
        (
            (key_text.SECRET, False),
            (key_text.PUBLISHABLE, False),
            (key_text.SECRET, True),
            (key_text.PUBLISHABLE, True),
        )
    ):
        brought = secret_key if number == 0 else None
        text = brought or key_text.make(kind, livemode, chance(key_text.CHANCE_BYTES))
        new = _new_key(
            account.id,
            livemode=livemode,
            wall_us=wall_us + number,
            chance=chance,
            text=text,
            name=f"First {kind} key",
            scopes=(),
        )
        if not store.add_key(tx, new):
            raise ValueError("this test key belongs to another account of this server already")
        made.append(text)
    return OpenedAccount(account.id, *made)


class NoSuchAccount(Exception):
    """The operator named an account that is not there."""


def issue_secret(tx: Tx, owner: str, live: bool, wall_us: int, chance: Callable[[int], bytes]) -> str:
    """A new secret key in clear, for an operator whose account has lost its own. Raises NoSuchAccount."""
    if not store.has_account(tx, owner):
        raise NoSuchAccount(f"there is no account {owner}")
    text = key_text.make(key_text.SECRET, live, chance(key_text.CHANCE_BYTES))
    new = _new_key(
        owner, livemode=live, wall_us=wall_us, chance=chance, text=text, name="Made by the operator", scopes=()
    )
    added = store.add_key(tx, new)
    assert added, "200 random bits came twice"
    return text


def shown_account(reader: Reader, env: Env) -> Account:
    """The caller's account, as the mode of its key sees it."""
    account, clock = store.account(reader, env)
    account.charges_enabled = env.processor is not None
    account.payouts_enabled = account.charges_enabled
    account.test_clock = None if env.livemode else _shown_clock(env, clock)
    return account


# -- keys -------------------------------------------------------------------------------------------------------------


def create_key(tx: Tx, env: Env, wanted: CreateApiKey) -> ApiKey:
    """A new key in the mode of its maker, with its secret. Raises insufficient_scope, parameter_*."""
    scopes = _scopes(wanted)
    _require_maker(tx, env, wanted.kind, scopes)
    return _issue(tx, env, wanted.kind, name=wanted.name, scopes=scopes, expires_us=_expiry(env, wanted.expires_at))


def roll_key(tx: Tx, env: Env, key_id: str, how: RollApiKey) -> ApiKey:
    """A successor with its secret; the old key goes on for the overlap and then expires."""
    if not 0 <= how.overlap_seconds <= OVERLAP_SECONDS_MAX:
        raise Refused(
            Code.PARAMETER_OUT_OF_RANGE,
            f"An overlap lasts 0 to {OVERLAP_SECONDS_MAX} s (7 days).",
            param="overlap_seconds",
        )
    old = store.lock_key(tx, env, key_id)
    if old.status != "active":
        raise Refused(Code.API_KEY_UNEXPECTED_STATE, f"This key is {old.status} and cannot be rolled.", param="id")
    _require_maker(tx, env, old.kind, old.scopes)
    expires = _expiry(env, how.expires_at)
    store.expire_key(tx, env, key_id, env.wall + how.overlap_seconds * _MICROSECONDS)
    return _issue(tx, env, old.kind, name=old.name, scopes=old.scopes, expires_us=expires)


def revoke_key(tx: Tx, env: Env, key_id: str) -> ApiKey:
    """End a key's time at once. Never refused, not even for the key that asks: a leak must be stopped."""
    store.lock_key(tx, env, key_id)
    store.revoke_key(tx, env, key_id)
    return store.key(tx, env, key_id)


def _issue(tx: Tx, env: Env, kind: str, *, name: str, scopes: Sequence[str], expires_us: int | None) -> ApiKey:
    text = key_text.make(kind, env.livemode, env.chance(key_text.CHANCE_BYTES))
    new = _new_key(
        env.account,
        livemode=env.livemode,
        wall_us=env.wall,
        chance=env.chance,
        text=text,
        name=name,
        scopes=scopes,
        expires_us=expires_us,
    )
    added = store.add_key(tx, new)
    assert added, "200 random bits came twice"
    return structs.replace(store.key(tx, env, new.id), secret=text)


def _new_key(
    account: str,
    *,
    livemode: bool,
    wall_us: int,
    chance: Callable[[int], bytes],
    text: str,
    name: str,
    scopes: Sequence[str],
    expires_us: int | None = None,
) -> store.NewKey:
    parts = key_text.parts(text)
    assert parts is not None
    return store.NewKey(
        account=account,
        livemode=livemode,
        id=ids.make("key", wall_us, chance(ids.CHANCE_BYTES)),
        created_us=wall_us,
        hash=key_text.digest(text),
        kind=parts.kind,
        prefix=parts.prefix,
        last4=text[-4:],
        name=name,
        scopes=EVERYTHING if parts.kind == key_text.SECRET else " ".join(scopes),
        expires_us=expires_us,
    )


def _require_maker(tx: Tx, env: Env, kind: str, scopes: Sequence[str]) -> None:
    """Nobody hands out more than they hold. The maker's row is read now, not when its call was let in."""
    if env.key_id is None:
        raise Refused(Code.INSUFFICIENT_SCOPE, "Keys are made by a call with a key.")
    own = store.key(tx, env, env.key_id)
    if not Maker(frozenset(own.scopes)).may_give(kind, scopes):
        raise Refused(Code.INSUFFICIENT_SCOPE, "A key cannot hand out more than it holds itself.", param="scopes")


def _scopes(wanted: CreateApiKey) -> list[str]:
    given = [] if wanted.scopes is UNSET else list(wanted.scopes)
    if wanted.kind != key_text.RESTRICTED:
        if given:
            raise Refused(Code.PARAMETERS_EXCLUSIVE, "Only restricted keys have scopes.", param="scopes")
        return []
    if not given:
        raise Refused(Code.PARAMETER_MISSING, "A restricted key needs at least one scope.", param="scopes")
    for position, scope in enumerate(given):
        if scope not in SCOPES:
            raise Refused(
                Code.PARAMETER_INVALID_ENUM,
                f"Invalid scope: {scope[:60]}; must be one of {', '.join(SCOPES)}.",
                param=f"scopes[{position}]",
            )
    return sorted(set(given))


def _expiry(env: Env, expires_at: object) -> int | None:
    if not isinstance(expires_at, int):
        return None
    expires = expires_at * _MICROSECONDS
    if not env.wall < expires < _TIME_END_US:
        raise Refused(Code.PARAMETER_INVALID_TIMESTAMP, "A key expires in the future.", param="expires_at")
    return expires


# -- the test clock ---------------------------------------------------------------------------------------------------


def shown_clock(reader: Reader, env: Env) -> TestClock:
    """Where the test clock stands."""
    return _shown_clock(env, store.account(reader, env)[1])


def advance_clock(tx: Tx, env: Env, how: AdvanceClock) -> TestClock:
    """Move test mode of this account on. What falls due by that is picked up by the workers at once."""
    clock = store.lock_clock(tx, env)
    step = _step(env, clock, how)
    clock = store.move_clock(tx, env, clock, clock.ahead_us + step)
    queue.shift(tx, env.account, step)
    return _shown_clock(env, clock)


def _step(env: Env, clock: store.Clock, how: AdvanceClock) -> int:
    """How far to move it, in microseconds."""
    now = env.wall + clock.ahead_us
    if isinstance(how.by, int) and isinstance(how.advance_to, int):
        raise Refused(Code.PARAMETERS_EXCLUSIVE, "Send either advance_to or by.", param="advance_to")
    if isinstance(how.by, int):
        param, step = "by", how.by * _MICROSECONDS
    elif isinstance(how.advance_to, int):
        param, step = "advance_to", how.advance_to * _MICROSECONDS - now
    else:
        raise Refused(Code.PARAMETER_MISSING, "Send advance_to (a time) or by (seconds).", param="advance_to")
    if step <= 0:
        raise Refused(
            Code.TEST_CLOCK_BACKWARDS,
            f"The test clock stands at {now // _MICROSECONDS} and only moves forward.",
            param=param,
        )
    if step > STEP_SECONDS_MAX * _MICROSECONDS:
        raise Refused(
            Code.TEST_CLOCK_TOO_FAR,
            f"The test clock moves at most {STEP_SECONDS_MAX} s (two years) at once.",
            param=param,
        )
    if clock.ahead_us + step > AHEAD_SECONDS_MAX * _MICROSECONDS:
        raise Refused(Code.TEST_CLOCK_TOO_FAR, "The test clock may be at most a century ahead.", param=param)
    return step


def _shown_clock(env: Env, clock: store.Clock) -> TestClock:
    return TestClock(
        now=(env.wall + clock.ahead_us) // _MICROSECONDS,
        offset=clock.ahead_us // _MICROSECONDS,
        moved_at=clock.moved_us // _MICROSECONDS if clock.moved_us else None,
    )
