"""What an attempt needs to know of its endpoint, read again whenever the endpoint has changed."""

from __future__ import annotations

from finsecure_server.core.env import Vault
from finsecure_server.storage.database import Reader
from finsecure_server.webhooks import endpoint_secrets, endpoint_store
from finsecure_server.webhooks.delivery_store import LaneKey
from finsecure_server.webhooks.lane import Settings


def current(reader: Reader, vault: Vault, key: LaneKey, had: Settings | None, now_us: int) -> Settings | None:
    """The settings as they are now: `had` itself if it still holds; None if the endpoint is not to be sent to."""
    stored = endpoint_store.settings_of(reader, key.account, key.livemode, key.endpoint)
    if stored is None or stored.status != "enabled":
        return None
    if (
        had is not None
        and had.sequence == stored.sequence
        and (had.good_until_us is None or now_us < had.good_until_us)
    ):
        return had
    wire = stored.wire
    own = endpoint_secrets.own_headers(reader, vault, key.account, key.livemode, key.endpoint)
    return Settings(
        sequence=stored.sequence,
        url=wire.url,
        timeout_s=wire.timeout,
        thin=wire.payload == "thin",
        api_version=wire.api_version,
        rate=wire.rate_limit,
        own_headers=tuple(own.items()),
        secrets=tuple(endpoint_secrets.signing(reader, vault, key.account, key.livemode, key.endpoint, now_us)),
        good_until_us=endpoint_secrets.next_expiry_us(reader, key.account, key.livemode, key.endpoint, now_us),
    )
