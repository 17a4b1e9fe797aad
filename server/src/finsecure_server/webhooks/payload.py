"""What an endpoint is sent of an event: the same bytes at every attempt, for the signature is over them.

A *snapshot* is the event as it is stored, with `pending_webhooks` 1: this delivery at least is still under way. It is
cut from the stored text without reading it. A *thin* event names the object instead of showing it.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from finsecure_server.core import event_types
from finsecure_server.core.delivery import PAYLOAD_BYTES_MAX
from finsecure_server.core.versions import LATEST, shown_at
from finsecure_server.webhooks.types import EventRequest, RelatedObject, ThinEvent

#: Its last place in an event is the right one. After `data` come only strings, which cannot hold it: inside a string a
#: quotation mark has a backslash before it.
_UNCOUNTED: Final = b',"pending_webhooks":0,"request":{'


class _About(Struct):
    object: str
    id: str | None = None


class _Data(Struct):
    object: _About


class _Event(Struct):
    id: str
    account: str
    api_version: str
    created: int
    data: _Data
    livemode: bool
    request: EventRequest
    sequence: int
    type: str


_read: Final = msgspec.json.Decoder(_Event).decode


def body(doc: bytes | str, api_version: str | None, payload: Literal["snapshot", "thin"]) -> bytes:
    """The request's body for a stored event. `api_version`: the endpoint's, None for the latest.

    A snapshot of more than PAYLOAD_BYTES_MAX bytes is sent thin.
    """
    stored = doc.encode() if isinstance(doc, str) else doc
    if payload == "snapshot":
        sent = counted(stored, 1) if api_version in (None, LATEST) else _older(stored, api_version)
        if len(sent) <= PAYLOAD_BYTES_MAX:
            return sent
    return _thin(stored, api_version)


def counted(stored: bytes, pending: int) -> bytes:
    """A stored event that says how many endpoints still wait for it."""
    if pending == 0:
        return stored
    at = stored.rindex(_UNCOUNTED)
    return b'%b,"pending_webhooks":%d,"request":{%b' % (stored[:at], pending, stored[at + len(_UNCOUNTED) :])


def _older(stored: bytes, api_version: str) -> bytes:
    shown: dict[str, Any] = shown_at(api_version, msgspec.json.decode(stored))
    return msgspec.json.encode({**shown, "pending_webhooks": 1})


def _thin(stored: bytes, api_version: str | None) -> bytes:
    event = _read(stored)
    about = event.data.object
    return msgspec.json.encode(
        ThinEvent(
            id=event.id,
            account=event.account,
            api_version=api_version or event.api_version,
            created=event.created,
            livemode=event.livemode,
            related_object=RelatedObject(id=about.id, type=about.object, url=event_types.url(about.object, about.id)),
            request=event.request,
            sequence=event.sequence,
            type=event.type,
        )
    )
