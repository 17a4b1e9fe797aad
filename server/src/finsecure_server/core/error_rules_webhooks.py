"""The part of the table of errors that is about webhook endpoints, deliveries and replays.

What goes wrong between us and a receiver is no error of a call: it stands in core/delivery_failures.py.
"""

from __future__ import annotations

from typing import Final

from finsecure_server.core.error_codes import WEBHOOK_ISSUES, Code, Rule, Side


def _bad(message: str, *steps: str, side: Side = Side.DEVELOPER) -> Rule:
    """400: the call cannot be carried out as it is."""
    return Rule(400, "invalid_request_error", False, side, message, steps, WEBHOOK_ISSUES)


WEBHOOK_RULES: Final[dict[Code, Rule]] = {
    Code.EVENT_TYPE_UNKNOWN: _bad(
        "No event has this type.",
        "Use a type of the list in the documentation, for instance payment_intent.succeeded.",
        "End a family with .* to name all of it, for instance charge.dispute.*, or send * for everything.",
    ),
    Code.EVENT_WITHOUT_ENDPOINT: _bad(
        "There is no enabled webhook endpoint that was to hear of this event, or that wants its type by now.",
        "Create an endpoint whose enabled_events cover the event's type, or enable one that is disabled.",
        "Or name an endpoint with webhook_endpoint: it gets the event whatever its filter.",
        side=Side.MERCHANT,
    ),
    Code.WEBHOOK_ENDPOINT_LIMIT: _bad(
        "This account has as many webhook endpoints in this mode as it can have: 100.",
        "Delete endpoints that are no longer needed; disabled ones count too.",
        "Let one endpoint hear of more: enabled_events takes families such as refund.*, and * for everything.",
    ),
    Code.WEBHOOK_HEADER_INVALID: _bad(
        "A header of the endpoint's own cannot be sent.",
        "Name it like X-Shop-Token, and give it a value of visible ASCII characters.",
        "Leave out what FinSecure sets itself: host, user-agent, content-*, webhook-* and finsecure-*.",
    ),
    Code.WEBHOOK_SECRET_LIMIT: _bad(
        "This endpoint has three active secrets, which is as many as it can have.",
        "Wait until one of them ends: the endpoint's `secrets` say when.",
        "Or roll with expires_in 0: all secrets before the new one end at once.",
    ),
    Code.WEBHOOK_ENDPOINT_UNEXPECTED_STATE: _bad(
        "The webhook endpoint's status does not allow this.",
        "Enable it with POST /v1/webhook_endpoints/{id}/enable; what was held meanwhile can be replayed.",
        "Create a new endpoint in place of one that was deleted.",
        side=Side.MERCHANT,
    ),
    Code.WEBHOOK_REPLAY_UNEXPECTED_STATE: _bad(
        "The replay's status does not allow this.",
        "Retrieve it with GET /v1/webhook_replays/{id}; only a running replay can be canceled.",
        side=Side.MERCHANT,
    ),
}
