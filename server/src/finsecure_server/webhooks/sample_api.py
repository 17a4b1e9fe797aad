"""Test events over HTTP."""

from __future__ import annotations

from typing import Final

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code
from finsecure_server.storage.database import Tx
from finsecure_server.web.router import Answer, Call, Route
from finsecure_server.webhooks import sample_ops
from finsecure_server.webhooks.types import Event, SendTestEvent


def send_test_event(tx: Tx, env: Env, call: Call[SendTestEvent]) -> Answer:
    """POST /v1/webhook_endpoints/{webhook_endpoint}/send_test_event."""
    endpoint_id = call.path["webhook_endpoint"]
    return Answer(sample_ops.send(tx, env, endpoint_id, call.params.type), object_id=endpoint_id)


ROUTES: Final = (
    Route(
        "POST",
        "/v1/webhook_endpoints/{webhook_endpoint}/send_test_event",
        send_test_event,
        params=SendTestEvent,
        returns=Event,
        scope="webhook_endpoints:write",
        summary="Send a webhook endpoint an event of any type, of which nothing has happened",
        errors=(Code.EVENT_TYPE_UNKNOWN, Code.TESTMODE_ONLY, Code.WEBHOOK_ENDPOINT_UNEXPECTED_STATE),
    ),
)
