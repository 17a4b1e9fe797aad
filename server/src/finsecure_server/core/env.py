"""What an op may know of the world: who calls, what time it is, where chance comes from. All of it handed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from finsecure_server.core import ids
from finsecure_server.core.attempt import Processor
from finsecure_server.core.delivery import Poster


class Vault(Protocol):
    """Keeps card numbers and secrets so that nobody else has to (payment_methods/vault.py)."""

    def fingerprint(self, account: str, number: str) -> str:
        """The same letters for the same number within an account; worthless without the key."""
        ...

    def seal(self, account: str, livemode: bool, vault_id: str, number: str, chance: Callable[[int], bytes]) -> Sealed:
        """Encrypt under a fresh data key."""
        ...

    def open(self, account: str, livemode: bool, vault_id: str, row: Sealed) -> str:
        """What was sealed for that account, mode and id. Raises when the row was changed, or belongs elsewhere."""
        ...


class Sealed(Protocol):
    """An encrypted text, as it lies in its row: of the table `vault`, or of `webhook_secrets`."""

    @property
    def master_key(self) -> str:
        """The name of the master key that wraps the data key."""
        ...

    @property
    def wrapped_key(self) -> bytes:
        """The row's own data key, wrapped."""
        ...

    @property
    def sealed(self) -> bytes:
        """Nonce and ciphertext."""
        ...


class Env:
    """The surroundings of one op. `now` is the account's own clock, microseconds; in live mode it is the wall clock."""

    __slots__ = (
        "_made", "_others", "account", "ahead", "chance", "idempotency_key", "key_id", "livemode", "now", "poster",
        "processor", "public_url", "publishable", "request_id", "vault", "version", "wall",
    )  # fmt: skip

    def __init__(
        self,
        *,
        account: str,
        livemode: bool,
        wall: int,
        clock_offset: int = 0,
        ahead: int = 0,
        chance: Callable[[int], bytes],
        processor: Processor | None,
        vault: Vault,
        poster: Poster | None = None,
        public_url: str = "",
        version: str = "",
        key_id: str | None = None,
        publishable: bool = False,
        request_id: str | None = None,
        idempotency_key: str | None = None,
        others: Callable[[str, bool, int], Env] | None = None,
    ) -> None:
        self.account = account
        self.livemode = livemode
        self.wall = wall
        self.now = wall if livemode else wall + clock_offset
        self.ahead = ahead  # of ids, after the wall clock was set back (clock.py)
        self.chance = chance
        self.processor = processor
        self.vault = vault
        self.poster = poster
        self.public_url = public_url
        self.version = version
        self.key_id = key_id
        self.publishable = publishable
        self.request_id = request_id
        self.idempotency_key = idempotency_key
        self._made = 0
        self._others = others

    def of(self, account: str, livemode: bool, clock_offset: int) -> Env:
        """The same moment for another account: a page that was opened by a link learns only then whose it is."""
        assert self._others is not None, "this Env belongs to one account"
        return self._others(account, livemode, clock_offset)

    @property
    def seconds(self) -> int:
        """Now, in the whole seconds that the API shows."""
        return self.now // 1_000_000

    def new_id(self, prefix: str) -> str:
        """A fresh id. Those made by one op sort in the order they were made."""
        self._made += 1
        return ids.make(prefix, self.now + self.ahead + self._made, self.chance(ids.CHANCE_BYTES))
