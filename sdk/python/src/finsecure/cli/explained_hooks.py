"""Events, deliveries, attempts and endpoints: did it arrive, why not, what to do next."""

from __future__ import annotations

from typing import Any

from finsecure.cli import help_pages
from finsecure.cli.data_tables import table
from finsecure.cli.explanation import Explanation, page_of
from finsecure.cli.output import moment
from finsecure.cli.session import Session


def event(session: Session, data: dict[str, Any]) -> Explanation:
    """An event, what it is about, and how its deliveries fare."""
    kind = data["type"]
    made = Explanation(f"Event {data['id']}: {kind}", [table("events").get(kind, "")])
    deliveries = session.page("/v1/webhook_deliveries", event=data["id"], limit=20)["data"]
    made.happened.append(f"It happened {session.clocks.when(data['created'])}.")
    about = data.get("data", {}).get("object", {}).get("id")
    if about:
        made.happened.append(f"It is about {about}, as event {data['sequence']} of it.")
        made.commands.append(f"finsecure explain {about}")
    request = (data.get("request") or {}).get("id")
    if request:
        made.commands.append(f"finsecure explain {request}  # the request that caused it")
    if not deliveries:
        made.happened.append("No endpoint was to hear of it.")
        made.next_steps.append("If one should have: register it, or add the type to its enabled_events.")
        made.commands.append(f"finsecure webhooks create --url https://… --enabled-events {kind} --reveal")
    for one in deliveries:
        made.happened.append(f"Delivery {one['id']} to {one['webhook_endpoint']}: {_standing(session, one)}.")
    bad = [one for one in deliveries if one["status"] in {"exhausted", "held", "canceled"} or one["last_error"]]
    for one in [one for one in bad if one["status"] != "delivered"][:1]:
        _why(session, made, one)
        made.commands.append(f"finsecure events resend {data['id']}")
    made.url = made.url or session.base + help_pages.event_type(kind)
    return made


def _standing(session: Session, one: dict[str, Any]) -> str:
    words = f"{one['status']} after {one['attempts']} attempts"
    if one["status"] == "pending" and one["next_attempt_at"]:
        words += f", the next {session.clocks.ago(one['next_attempt_at'], 'webhook_delivery', 'next_attempt_at')}"
    if one["last_error"] and one["status"] != "delivered":
        words += f" ({one['last_error']['code']})"
    return words


def _why(session: Session, made: Explanation, one: dict[str, Any]) -> None:
    error = one["last_error"]
    if error:
        made.adopt(error["code"], session.base)
        made.side = error["side"] or made.side
        made.next_steps = list(error["fix"]) or made.next_steps
    elif one["status"] == "held":
        made.why.append("Its endpoint is disabled: what happens meanwhile is held for it.")
        made.side = "merchant"
        made.next_steps.append("Enable the endpoint with replay_held, or replay what is held.")
        made.commands.append(f"finsecure webhooks enable {one['webhook_endpoint']} --replay-held")


def delivery(session: Session, data: dict[str, Any]) -> Explanation:
    """One event for one endpoint, and its attempts."""
    made = Explanation(f"Delivery {data['id']}: {data['status']}")
    made.happened.append(
        f"{data['event_type']} ({data['event']}) for {data['webhook_endpoint']}: {_standing(session, data)}."
    )
    attempts = session.page("/v1/webhook_attempts", delivery=data["id"], limit=10)["data"]
    for one in reversed(attempts):
        made.happened.append(f"{moment(one['created'])}: {_outcome(one)}")
    if data["status"] != "delivered":
        if attempts and attempts[0]["error"]:
            _failed(session, made, attempts[0])
        else:
            _why(session, made, data)
        made.commands.append(f"finsecure deliveries resend {data['id']}")
    made.commands.append(f"finsecure explain {data['event']}")
    return made


def _outcome(one: dict[str, Any]) -> str:
    answer = one["response"]
    words = f"attempt {one['number']} {one['status']}"
    words += f", HTTP {answer['status']}" if answer else ""
    words += f", {one['error']['code']}" if one["error"] else ""
    return f"{words}, {one['timing']['total_us'] / 1000:.0f} ms ({one['id']})."


def _failed(session: Session, made: Explanation, one: dict[str, Any]) -> None:
    error = one["error"]
    made.why += [error["message"], error["cause"]]
    made.side = error["side"]
    made.side_words = table("errors").get(error["code"], {}).get("side_in_words", "")
    made.next_steps += error["fix"]
    made.url = error["doc_url"] or page_of(session.base, error["code"])


def attempt(session: Session, data: dict[str, Any]) -> Explanation:
    """One request to an endpoint, and what came back."""
    made = Explanation(f"Attempt {data['id']}: {data['status']}")
    made.happened.append(f"{moment(data['created'])}: {data['event_type']} was sent to {data['request']['url']}.")
    made.happened.append(f"{_outcome(data)[:1].upper()}{_outcome(data)[1:]}")
    answer = data["response"]
    if answer and answer["body"].strip():
        made.happened.append(f"The reply said: {' '.join(answer['body'].split())[:300]}")
    if data["error"]:
        _failed(session, made, data)
    made.commands.append(f"finsecure explain {data['delivery']}")
    return made


def endpoint(session: Session, data: dict[str, Any]) -> Explanation:
    """An address that hears of events, and how it fares."""
    health = data["health"]
    made = Explanation(f"Webhook endpoint {data['id']}: {data['status']}, {health['state']}")
    made.happened.append(f"{data['url']} hears of {', '.join(data['enabled_events'])}.")
    failed = session.page("/v1/webhook_attempts", webhook_endpoint=data["id"], status="failed", limit=1)["data"]
    if health["failing_since"]:
        made.happened.append(f"It has accepted nothing since {moment(health['failing_since'])}.")
    if health["will_be_disabled_at"]:
        made.happened.append(f"It is disabled {session.clocks.when(health['will_be_disabled_at'])}, if that goes on.")
    for name in ("pending", "held"):
        if health[name]:
            made.happened.append(f"{health[name]} deliveries are {name}.")
    made.why += data["warnings"]
    if failed and health["state"] in {"failing", "unreachable", "disabled"}:
        _failed(session, made, failed[0])
    elif data["status"] == "disabled":
        made.side = "merchant"
    if data["status"] == "disabled":
        made.commands.append(f"finsecure webhooks enable {data['id']} --replay-held")
    made.commands.append(f"finsecure webhooks test {data['id']}")
    return made


def replay(_: Session, data: dict[str, Any]) -> Explanation:
    """What is being sent again."""
    done = data["progress"]
    made = Explanation(f"Replay {data['id']}: {data['status']}, {data['percent']} %")
    made.happened.append(
        f"Of {done['total']} deliveries {done['scheduled']} were scheduled, {done['delivered']} have arrived, "
        f"{done['pending']} are pending and {done['exhausted']} were given up."
    )
    if data["stopped_by"]:
        made.why.append(f"It was stopped by: {data['stopped_by'].replace('_', ' ')}.")
    if done["exhausted"]:
        made.side = "developer"
        made.commands.append(f"finsecure attempts list --webhook-endpoint {data['webhook_endpoint']} --status failed")
    return made
