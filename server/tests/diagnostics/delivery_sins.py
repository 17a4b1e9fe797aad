"""Everything that can be wrong with endpoints, deliveries, attempts and replays: one sin for each, and its row."""

# ruff: noqa: S608  the statements are made of the constants of this file

from __future__ import annotations

from finsecure_server.core.invariants import Invariant
from tests.diagnostics.sins import DOC, NO_SUCH, Sin

_OF = "SELECT id FROM deliveries WHERE {} ORDER BY id LIMIT 1"
DELIVERED = _OF.format("state = 'delivered' AND origin = 'event' AND cause = 'automatic'")
EXHAUSTED = _OF.format("state = 'exhausted'")
WAITING = _OF.format("state = 'pending' AND origin = 'event'")
CANCELED = _OF.format("state = 'canceled'")
HELD = _OF.format("state = 'held'")
REPLAYED = _OF.format("state = 'delivered' AND origin = 'event' AND replay_id IS NOT NULL")
MISSED = _OF.format("state = 'delivered' AND origin = 'replay'")
SAMPLE = _OF.format("origin = 'test'")
_ITS_OWN = "'dlv_' || substr(e.id, 5) || '_' || substr(e.object_id, 4)"
OF_ITSELF = f"SELECT {_ITS_OWN} AS id FROM events e WHERE e.type = 'webhook_endpoint.updated' ORDER BY e.id LIMIT 1"

_ATTEMPT = "SELECT id FROM webhook_attempts WHERE {} ORDER BY id LIMIT 1"
ARRIVED = _ATTEMPT.format("error IS NULL")
FAILED = _ATTEMPT.format("error IS NOT NULL")
ATTEMPT_AT_SAMPLE = f"SELECT id FROM webhook_attempts WHERE event_id IN ({SAMPLE.replace(' id ', ' event_id ', 1)})"
ATTEMPTS_OF = (
    "{} webhook_attempts {} WHERE event_id IN (SELECT event_id FROM deliveries WHERE id = :id) "
    "AND endpoint_id IN (SELECT endpoint_id FROM deliveries WHERE id = :id)"
)

_ENDPOINT = "SELECT id FROM webhook_endpoints WHERE {} ORDER BY id LIMIT 1"
DISABLED = _ENDPOINT.format("status = 'disabled'")
ENABLED = _ENDPOINT.format("status = 'enabled'")
DELETED = _ENDPOINT.format("status = 'deleted'")
ROLLED = "SELECT endpoint_id AS id FROM webhook_secrets WHERE kind = 'signing' AND expires_us IS NOT NULL"
WITH_HEADERS = "SELECT endpoint_id AS id FROM webhook_secrets WHERE kind = 'headers'"

_REPLAY = "SELECT id FROM webhook_replays WHERE {} ORDER BY id LIMIT 1"
RUNNING = _REPLAY.format("status = 'running'")
COMPLETED = _REPLAY.format("status = 'completed'")


def deliveries(change: str) -> str:
    return f"UPDATE deliveries SET {change} WHERE id = :id"


def another_secret(secret: str) -> str:
    columns = "account_id, livemode, {}, created_us, endpoint_id, kind, {}, master_key, wrapped_key, sealed"
    return (
        f"INSERT INTO webhook_secrets ({columns.format('id', 'expires_us')}) "
        f"SELECT {columns.format(repr(secret), '9000000000000000')} FROM webhook_secrets "
        "WHERE endpoint_id = :id AND kind = 'signing' AND expires_us IS NULL"
    )


WHICH: dict[str, Sin] = {
    "an event that an endpoint does not hear of": Sin(
        Invariant.DELIVERIES, "deliveries", EXHAUSTED, "DELETE FROM deliveries WHERE id = :id"
    ),
    "an event that came by a resend only": Sin(
        Invariant.DELIVERIES, "deliveries", EXHAUSTED, deliveries("origin = 'resend'")
    ),
    "an event that nobody wanted": Sin(Invariant.DELIVERIES, "deliveries", MISSED, deliveries("origin = 'event'")),
    "an endpoint that hears of itself": Sin(
        Invariant.DELIVERIES, "deliveries", OF_ITSELF,
        "INSERT INTO deliveries (account_id, livemode, id, created_us, event_id, endpoint_id, origin, state, attempts, "
        f"tried, cause) SELECT account_id, livemode, {_ITS_OWN}, 1, id, object_id, 'event', 'held', 0, 0, 'automatic' "
        f"FROM events e WHERE {_ITS_OWN} = :id",
    ),
    "a delivery by another name": Sin(
        Invariant.DELIVERIES, "deliveries", EXHAUSTED, deliveries("id = 'dlv_1_2'"), named="dlv_1_2"
    ),
    "a delivery of unknown origin": Sin(Invariant.DELIVERIES, "deliveries", MISSED, deliveries("origin = 'whim'")),
    "a test that is said to have happened": Sin(
        Invariant.DELIVERIES, "deliveries", SAMPLE, deliveries("origin = 'event'")
    ),
    "what has happened as a test": Sin(Invariant.DELIVERIES, "deliveries", MISSED, deliveries("origin = 'test'")),
    "a delivery of nothing": Sin(
        Invariant.WHOLE, "deliveries", SAMPLE,
        "DELETE FROM events WHERE id IN (SELECT event_id FROM deliveries WHERE id = :id)",
    ),
    "a delivery to nobody": Sin(
        Invariant.WHOLE, "deliveries", CANCELED,
        "DELETE FROM webhook_endpoints WHERE id IN (SELECT endpoint_id FROM deliveries WHERE id = :id)",
    ),
    "a delivery of no replay": Sin(
        Invariant.WHOLE, "deliveries", REPLAYED,
        "DELETE FROM webhook_replays WHERE id IN (SELECT replay_id FROM deliveries WHERE id = :id)",
    ),
    "a delivery of another endpoint's replay": Sin(
        Invariant.REPLAYED, "deliveries", REPLAYED, deliveries(f"replay_id = ({RUNNING})")
    ),
    "a delivery that does not know where it stood": Sin(
        Invariant.REPLAYED, "deliveries", REPLAYED, deliveries("before_replay = NULL")
    ),
    "a delivery that stood somewhere before no replay": Sin(
        Invariant.REPLAYED, "deliveries", DELIVERED, deliveries("before_replay = 'held 0 automatic'")
    ),
}  # fmt: skip

STANDS: dict[str, Sin] = {
    name: Sin(Invariant.STATE, "deliveries", which, deliveries(change))
    for name, which, change in (
        ("a delivery in no state", DELIVERED, "state = 'lost'"),
        ("a delivery for no cause", DELIVERED, "cause = 'whim'"),
        ("a delivery that failed in no way", EXHAUSTED, "error = 'whim'"),
        ("pending for ever", WAITING, "next_us = NULL"),
        ("delivered and to be tried", DELIVERED, "next_us = 1"),
        ("more tried than was", DELIVERED, "tried = 2"),
        ("less than nothing tried", DELIVERED, "tried = -1"),
        ("delivered at no time", DELIVERED, "delivered_us = NULL"),
        ("delivered by nothing", DELIVERED, "attempts = 0, tried = 0"),
        ("delivered by what failed", EXHAUSTED, "delivered_us = 1"),
        ("an arrival that is not noted", DELIVERED, "state = 'held', delivered_us = NULL"),
        ("exhausted before its time", EXHAUSTED, "tried = 3"),
        ("canceled by nobody", EXHAUSTED, "state = 'canceled'"),
        ("held for nothing", WAITING, "state = 'held', next_us = NULL"),
    )
}
STRANDED: dict[str, Sin] = {
    name: Sin(Invariant.LATER, "deliveries", which, deliveries(change))
    for name, which, change in (
        ("pending for who is deleted", CANCELED, "state = 'pending', next_us = 1"),
        ("held for who is deleted", CANCELED, "state = 'held'"),
        ("pending for who is disabled", HELD, "state = 'pending', next_us = 1"),
    )
}

ATTEMPTS: dict[str, Sin] = {
    "an attempt that is gone": Sin(
        Invariant.ATTEMPTS, "deliveries", EXHAUSTED, ATTEMPTS_OF.format("DELETE FROM", "") + " AND number = 2"
    ),
    "no attempt at all": Sin(
        Invariant.ATTEMPTS, "deliveries", EXHAUSTED, ATTEMPTS_OF.format("DELETE FROM", "")
    ),
    "an attempt that was not made": Sin(
        Invariant.ATTEMPTS, "deliveries", EXHAUSTED, deliveries("attempts = attempts + 1")
    ),
    "an attempt that counts twice": Sin(
        Invariant.ATTEMPTS, "deliveries", EXHAUSTED,
        ATTEMPTS_OF.format("UPDATE", "SET number = 1") + " AND number = 2",
    ),
    "an attempt that is gone of an old delivery": Sin(
        Invariant.ATTEMPTS, "deliveries", EXHAUSTED,
        deliveries("created_us = 1") + "\n" + ATTEMPTS_OF.format("DELETE FROM", "") + " AND number = 3",
    ),
    "an attempt at nothing": Sin(
        Invariant.WHOLE, "webhook_attempts", ATTEMPT_AT_SAMPLE,
        "DELETE FROM deliveries WHERE event_id IN (SELECT event_id FROM webhook_attempts WHERE id = :id)",
    ),
    "an attempt that shows another failure": Sin(
        Invariant.DOC, "webhook_attempts", FAILED,
        "UPDATE webhook_attempts SET error = 'webhook_timeout' WHERE id = :id",
    ),
    "an attempt that shows another reply": Sin(
        Invariant.DOC, "webhook_attempts", FAILED, "UPDATE webhook_attempts SET status_code = 503 WHERE id = :id"
    ),
    "an attempt that shows no success": Sin(
        Invariant.DOC, "webhook_attempts", ARRIVED,
        DOC.format("webhook_attempts", '"status":"succeeded"', '"status":"failed"'),
    ),
    "an attempt that shows another delivery": Sin(
        Invariant.DOC, "webhook_attempts", ARRIVED,
        DOC.format("webhook_attempts", '"delivery":"dlv_', '"delivery":"dlv_x'),
    ),
    "an attempt that is no JSON": Sin(
        Invariant.DOC, "webhook_attempts", ARRIVED, "UPDATE webhook_attempts SET doc = '{' WHERE id = :id"
    ),
}  # fmt: skip

ENDPOINTS: dict[str, Sin] = {
    "an endpoint without a lane": Sin(
        Invariant.WHOLE, "webhook_lanes", DISABLED, "DELETE FROM webhook_lanes WHERE endpoint_id = :id"
    ),
    "a lane of nobody": Sin(
        Invariant.WHOLE, "webhook_lanes", DISABLED, "DELETE FROM webhook_endpoints WHERE id = :id"
    ),
    "a filter of nobody": Sin(
        Invariant.WHOLE, "webhook_filters", DELETED, "DELETE FROM webhook_endpoints WHERE id = :id", named="charge.*"
    ),
    "a secret of nobody": Sin(
        Invariant.WHOLE, "webhook_secrets",
        f"SELECT id FROM webhook_secrets WHERE endpoint_id IN ({DISABLED})",
        "DELETE FROM webhook_endpoints WHERE id IN (SELECT endpoint_id FROM webhook_secrets WHERE id = :id)",
    ),
    "a lane that nobody can read": Sin(
        Invariant.DOC, "webhook_lanes", DISABLED, "UPDATE webhook_lanes SET breaker = '{' WHERE endpoint_id = :id"
    ),
    "an endpoint that fails for ever": Sin(
        Invariant.LATER, "due", ENABLED,
        'UPDATE webhook_lanes SET failing = \'{"first_us":1,"clock_us":1}\' WHERE endpoint_id = :id',
    ),
    "an endpoint that wants less than it says": Sin(
        Invariant.DOC, "webhook_endpoints", DISABLED,
        "UPDATE webhook_filters SET until_us = since_us + 1 WHERE endpoint_id = :id",
    ),
    "an endpoint that is deleted and wants": Sin(
        Invariant.DOC, "webhook_endpoints", DELETED,
        "UPDATE webhook_filters SET until_us = NULL WHERE endpoint_id = :id",
    ),
    "an endpoint whose headers have no values": Sin(
        Invariant.DOC, "webhook_endpoints", WITH_HEADERS,
        "DELETE FROM webhook_secrets WHERE endpoint_id = :id AND kind = 'headers'",
    ),
    "an endpoint that shows none of its secrets": Sin(
        Invariant.DOC, "webhook_endpoints", DISABLED,
        DOC.format("webhook_endpoints", '"secrets":[', '"secrets":[],"was":['),
    ),
    "an endpoint that shows what does not sign": Sin(
        Invariant.SIGNED, "webhook_secrets", DISABLED, "UPDATE webhook_secrets SET id = 'whs_1' WHERE endpoint_id = :id"
    ),
    "an endpoint with nothing to sign with": Sin(
        Invariant.SIGNED, "webhook_secrets", DISABLED, "DELETE FROM webhook_secrets WHERE endpoint_id = :id"
    ),
    "an endpoint with too many secrets": Sin(
        Invariant.SIGNED, "webhook_secrets", DISABLED,
        "\n".join(another_secret(f"whs_{number}") for number in range(3)),
    ),
    "an endpoint with two newest secrets": Sin(
        Invariant.SIGNED, "webhook_secrets", ROLLED,
        "UPDATE webhook_secrets SET expires_us = NULL WHERE endpoint_id = :id",
    ),
    "an endpoint that is deleted and has a secret": Sin(
        Invariant.SIGNED, "webhook_secrets", DELETED,
        "UPDATE webhook_secrets SET endpoint_id = :id WHERE kind = 'headers'",
    ),
    "a secret for nothing": Sin(
        Invariant.SIGNED, "webhook_secrets", WITH_HEADERS,
        "UPDATE webhook_secrets SET kind = 'whim' WHERE endpoint_id = :id AND kind = 'headers'",
    ),
}  # fmt: skip

REPLAYS: dict[str, Sin] = {
    "a replay to nobody": Sin(
        Invariant.WHOLE, "webhook_replays", COMPLETED,
        "UPDATE webhook_replays SET endpoint_id = 'we_1' WHERE id = :id",
    ),
    "a replay in no state": Sin(
        Invariant.REPLAYED, "webhook_replays", COMPLETED, "UPDATE webhook_replays SET status = 'lost' WHERE id = :id"
    ),
    "a replay that nobody goes on with": Sin(Invariant.LATER, "due", RUNNING, "DELETE FROM due WHERE object_id = :id"),
    "a replay that scheduled more than it counts": Sin(
        Invariant.REPLAYED, "webhook_replays", RUNNING, "UPDATE webhook_replays SET matched = 1 WHERE id = :id"
    ),
    "a replay that is over too early": Sin(
        Invariant.REPLAYED, "webhook_replays", RUNNING, "UPDATE webhook_replays SET status = 'completed' WHERE id = :id"
    ),
    "a replay that ended at no time": Sin(
        Invariant.DOC, "webhook_replays", COMPLETED, DOC.format("webhook_replays", '"ended":', '"was":')
    ),
    "a replay that is no JSON": Sin(
        Invariant.DOC, "webhook_replays", NO_SUCH, "UPDATE webhook_replays SET doc = '{' WHERE status = 'running'",
        named="whr_",
    ),
}  # fmt: skip

DELIVERY_SINS = {**WHICH, **STANDS, **STRANDED, **ATTEMPTS, **ENDPOINTS, **REPLAYS}
