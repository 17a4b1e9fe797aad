"""Secrets of endpoints: signing secrets, and the values of their own headers. Sealed in the table, open only here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from finsecure_server.core import signature
from finsecure_server.core.env import Env, Vault
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.webhooks import secret_store
from finsecure_server.webhooks.endpoint_types import EndpointSecret
from finsecure_server.webhooks.secret_store import Kind, SecretRow

_MICROSECONDS: Final = 1_000_000
_HEADERS: Final = msgspec.json.Decoder(dict[str, str])


def new_signing(tx: Tx, env: Env, endpoint_id: str) -> tuple[str, EndpointSecret]:
    """Make and keep a signing secret: the text, which is shown once, and what is shown of it afterwards."""
    text = signature.new_secret(env.chance(signature.SECRET_BYTES))
    secret_id = _keep(tx, env, endpoint_id, "signing", text)
    return text, EndpointSecret(id=secret_id, created=env.wall // _MICROSECONDS, expires_at=None, last4=text[-4:])


def set_headers(tx: Tx, env: Env, endpoint_id: str, headers: Mapping[str, str]) -> None:
    """Keep the values of an endpoint's own headers, in place of those before."""
    secret_store.forget_headers(tx, env, endpoint_id)
    if headers:
        _keep(tx, env, endpoint_id, "headers", msgspec.json.encode(headers).decode())


def signing(reader: Reader, vault: Vault, account: str, livemode: bool, endpoint_id: str, wall: int) -> list[str]:
    """The secrets that sign at this moment, newest first."""
    rows = list(_active(reader, account, livemode, endpoint_id, wall))
    return [_open(vault, account, livemode, endpoint_id, row) for row in rows]


def next_expiry_us(reader: Reader, account: str, livemode: bool, endpoint_id: str, wall: int) -> int | None:
    """When the first of the secrets that sign now ends, wall clock; None if all sign on."""
    ends = [row.expires_us for row in _active(reader, account, livemode, endpoint_id, wall)]
    return min((end for end in ends if end is not None), default=None)


def own_headers(reader: Reader, vault: Vault, account: str, livemode: bool, endpoint_id: str) -> dict[str, str]:
    """The endpoint's own headers with their values."""
    for row in secret_store.of_endpoint(reader, account, livemode, endpoint_id):
        if row.kind == "headers":
            return _HEADERS.decode(_open(vault, account, livemode, endpoint_id, row))
    return {}


def _active(reader: Reader, account: str, livemode: bool, endpoint_id: str, wall: int) -> Iterator[SecretRow]:
    """Newest first. The newest is the one that has no end: ids are made by the test clock, which says nothing here."""
    rows = [row for row in secret_store.of_endpoint(reader, account, livemode, endpoint_id) if row.kind == "signing"]
    rows = [row for row in rows if row.expires_us is None or row.expires_us > wall]
    return iter(sorted(rows, key=lambda row: (row.expires_us is None, row.id), reverse=True))


def _keep(tx: Tx, env: Env, endpoint_id: str, kind: Kind, text: str) -> str:
    secret_id = env.new_id("whs")
    place = secret_store.place(endpoint_id, kind, secret_id)
    row = env.vault.seal(env.account, env.livemode, place, text, env.chance)
    secret_store.add(tx, env, endpoint_id, kind, secret_id, row)
    return secret_id


def _open(vault: Vault, account: str, livemode: bool, endpoint_id: str, row: SecretRow) -> str:
    return vault.open(account, livemode, secret_store.place(endpoint_id, row.kind, row.id), row)
