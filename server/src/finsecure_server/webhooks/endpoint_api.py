"""Routes of webhook endpoints."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET

from finsecure_server.core.endpoint_check import Seen
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.web import lists
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import Answer, Call, Route
from finsecure_server.webhooks import endpoint_ops, endpoint_store, endpoint_trial, endpoint_views
from finsecure_server.webhooks.endpoint_ops import Made
from finsecure_server.webhooks.endpoint_types import (
    CreateWebhookEndpoint,
    DeletedWebhookEndpoint,
    EnableWebhookEndpoint,
    ListWebhookEndpoints,
    RollSecret,
    UpdateWebhookEndpoint,
    WebhookEndpoint,
    WebhookEndpointTest,
)

URL: Final = "/v1/webhook_endpoints"
ONE: Final = URL + "/{webhook_endpoint}"


def create(tx: Tx, env: Env, call: Call[CreateWebhookEndpoint]) -> Answer:
    """A new endpoint, with the secret that its events are signed with."""
    return _once(tx, env, endpoint_ops.create(tx, env, call.params))


def retrieve(reader: Reader, env: Env, call: Call[Nothing]) -> WebhookEndpoint:
    """An endpoint, and how it fares."""
    return endpoint_views.view(reader, env, endpoint_store.get(reader, env, _id(call)).wire)


def list_all(reader: Reader, env: Env, call: Call[ListWebhookEndpoints]) -> bytes:
    """Endpoints, newest first. Deleted ones are not among them."""
    return lists.page(
        reader, env, endpoint_store.LISTING, "we", URL, call.params,
        show=lambda doc: endpoint_views.shown(reader, env, doc),
    )  # fmt: skip


def update(tx: Tx, env: Env, call: Call[UpdateWebhookEndpoint]) -> WebhookEndpoint:
    """Change an endpoint; what is on its way goes by the new settings."""
    return endpoint_views.view(tx, env, endpoint_ops.update(tx, env, _id(call), call.params))


def delete(tx: Tx, env: Env, call: Call[Nothing]) -> DeletedWebhookEndpoint:
    """Delete an endpoint; what it has not got yet is canceled."""
    return endpoint_ops.delete(tx, env, _id(call))


def enable(tx: Tx, env: Env, call: Call[EnableWebhookEndpoint]) -> WebhookEndpoint:
    """Deliver to it again, as if it had never failed."""
    enabled = endpoint_ops.enable(tx, env, _id(call), call.params)
    return endpoint_views.view(tx, env, enabled.wire, replay=UNSET if enabled.replay is None else enabled.replay)


def disable(tx: Tx, env: Env, call: Call[Nothing]) -> WebhookEndpoint:
    """Deliver nothing to it until it is enabled again: its events are held."""
    return endpoint_views.view(tx, env, endpoint_ops.disable(tx, env, _id(call)))


def roll_secret(tx: Tx, env: Env, call: Call[RollSecret]) -> Answer:
    """A new signing secret."""
    return _once(tx, env, endpoint_ops.roll_secret(tx, env, _id(call), call.params))


def test(tx: Tx, env: Env, call: Call[Nothing]) -> Ask[Seen, WebhookEndpointTest]:
    """Send a signed event, the same again, and one with a wrong signature, and say what came of them."""
    return endpoint_trial.begin(tx, env, _id(call))


def recover_test(reader: Reader, env: Env, endpoint_id: str) -> Answer:
    """The reply to a test that was cut short."""
    return Answer(endpoint_trial.cut_short(reader, env, endpoint_id), object_id=endpoint_id)


def _id(call: Call[Nothing] | Call[UpdateWebhookEndpoint] | Call[EnableWebhookEndpoint] | Call[RollSecret]) -> str:
    return call.path["webhook_endpoint"]


def _once(tx: Tx, env: Env, made: Made) -> Answer:
    """A secret in clear goes out and is kept nowhere: under an idempotency key lies the reply without it."""
    shown = endpoint_views.view(tx, env, made.wire, secret=made.secret)
    kept = msgspec.structs.replace(shown, secret=UNSET)
    return Answer(shown, object_id=shown.id, kept=msgspec.json.encode(kept))


ROUTES: Final = (
    Route(
        "POST",
        URL,
        create,
        params=CreateWebhookEndpoint,
        returns=WebhookEndpoint,
        scope="webhook_endpoints:write",
        summary="Create a webhook endpoint",
        errors=(
            Code.EVENT_TYPE_UNKNOWN,
            Code.URL_INVALID,
            Code.WEBHOOK_ENDPOINT_LIMIT,
            Code.WEBHOOK_HEADER_INVALID,
        ),
    ),
    Route(
        "GET",
        URL,
        list_all,
        params=ListWebhookEndpoints,
        returns=list[WebhookEndpoint],
        scope="webhook_endpoints:read",
        summary="List webhook endpoints",
        errors=(Code.RESOURCE_MISSING, Code.PARAMETERS_EXCLUSIVE),
    ),
    Route(
        "GET",
        ONE,
        retrieve,
        returns=WebhookEndpoint,
        scope="webhook_endpoints:read",
        summary="Retrieve a webhook endpoint",
        errors=(Code.RESOURCE_MISSING,),
    ),
    Route(
        "POST",
        ONE,
        update,
        params=UpdateWebhookEndpoint,
        returns=WebhookEndpoint,
        scope="webhook_endpoints:write",
        summary="Update a webhook endpoint",
        errors=(Code.EVENT_TYPE_UNKNOWN, Code.URL_INVALID, Code.WEBHOOK_HEADER_INVALID),
    ),
    Route(
        "DELETE",
        ONE,
        delete,
        returns=DeletedWebhookEndpoint,
        scope="webhook_endpoints:write",
        summary="Delete a webhook endpoint",
    ),
    Route(
        "POST",
        ONE + "/enable",
        enable,
        params=EnableWebhookEndpoint,
        returns=WebhookEndpoint,
        scope="webhook_endpoints:write",
        summary="Enable a webhook endpoint",
    ),
    Route(
        "POST",
        ONE + "/disable",
        disable,
        returns=WebhookEndpoint,
        scope="webhook_endpoints:write",
        summary="Disable a webhook endpoint",
    ),
    Route(
        "POST",
        ONE + "/roll_secret",
        roll_secret,
        params=RollSecret,
        returns=WebhookEndpoint,
        scope="webhook_endpoints:write",
        summary="Roll a webhook endpoint's secret",
        errors=(Code.PARAMETER_OUT_OF_RANGE, Code.WEBHOOK_SECRET_LIMIT),
    ),
    Route(
        "POST",
        ONE + "/test",
        test,
        returns=WebhookEndpointTest,
        scope="webhook_endpoints:write",
        summary="Test a webhook endpoint",
        recover=recover_test,
    ),
)
