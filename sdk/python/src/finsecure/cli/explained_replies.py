"""A reply, an event or a log line that somebody has pasted: found in it is what it is about, and that is explained."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from finsecure.cli import help_pages
from finsecure.cli.data_tables import table
from finsecure.cli.explanation import Explanation, of_code, of_status
from finsecure.cli.failures import INVALID, Stop
from finsecure.cli.session import Session


def explain(session: Session, text: str) -> Explanation:
    """The explanation of the first JSON object in a text. Stop if there is none, or none that says anything."""
    found = next(_objects(text), None)
    if found is None:
        raise Stop("There is no JSON object in this.", "Paste the body of the reply as it came.", code=INVALID)
    error = _error(found)
    if error is not None:
        return _of_error(session, error, found)
    if found.get("object") == "event":
        return _of_event(session, found)
    if isinstance(found.get("id"), str):
        from finsecure.cli import explained_objects  # noqa: PLC0415  because both know of each other

        return explained_objects.of_data(session, found)
    raise Stop(
        "This JSON holds no error and no object of the API.",
        'Paste the whole reply: it begins with {"error": or has an id.',
        code=INVALID,
    )


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every JSON object in a text, such as a log line with words around it."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            found, _ = decoder.raw_decode(text, start)
        except ValueError:
            start = text.find("{", start + 1)
            continue
        if isinstance(found, dict):
            yield found
        return


def _error(found: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The error of an envelope, or of the envelope in a log of a request, or an error that stands by itself."""
    for one in (found, found.get("response")):
        if isinstance(one, Mapping) and isinstance(one.get("error"), Mapping):
            error: Mapping[str, Any] = one["error"]
            return error
    known = isinstance(found.get("type"), str) and str(found["type"]).endswith("_error")
    return found if known else None


def _of_error(session: Session, error: Mapping[str, Any], whole: Mapping[str, Any]) -> Explanation:
    base = session.base
    code = str(error.get("code") or error.get("type") or "")
    decline = str(error.get("decline_code") or "")
    status = whole.get("http_status") or whole.get("status")
    found = of_code(decline, base, error) or of_code(code, base, error)
    if found is None and isinstance(status, int):
        found = of_status(status, base)
    made = Explanation(f"A reply: {code}{f', {decline}' if decline else ''}")
    message = error.get("message")
    if isinstance(message, str) and message:
        made.happened.append(message)
    if error.get("param"):
        made.happened.append(f"The parameter is {error['param']}.")
    if found is None:
        made.url = f"{base}/help/errors"
        made.side = "finsecure" if str(error.get("type")) == "api_error" else "developer"
        made.why.append("No table of FinSecure has this code: the reply is another server's, or of a newer version.")
    else:
        made.why = [*found.happened, *found.why]
        made.side, made.side_words = found.side, found.side_words
        made.commands, made.url = found.commands, found.url
    given = error.get("next_steps")
    made.next_steps = [str(one) for one in given] if isinstance(given, list) else (found.next_steps if found else [])
    request = str(error.get("request_log_url") or "").rpartition("/")[2] or str(whole.get("request_id") or "")
    if error.get("type") == "authentication_error":  # such a call is nobody's, and in no log that a key opens
        made.commands.append("finsecure doctor")
    elif request.startswith("req_"):
        made.commands.append(f"finsecure explain {request}")
    intent = error.get("payment_intent")
    if isinstance(intent, Mapping) and isinstance(intent.get("id"), str):
        made.commands.append(f"finsecure explain {intent['id']}")
    if isinstance(error.get("doc_url"), str):
        made.url = str(error["doc_url"])
    return made


def _of_event(session: Session, event: Mapping[str, Any]) -> Explanation:
    kind = str(event.get("type"))
    about = event.get("data", {}).get("object", {}) if isinstance(event.get("data"), Mapping) else {}
    made = Explanation(
        f"Event {kind}, {event.get('id')}", [table("events").get(kind, "A type that is not in the table.")]
    )
    identifier = about.get("id") if isinstance(about, Mapping) else None
    if isinstance(identifier, str):
        made.happened.append(f"It is about {identifier}.")
        made.commands.append(f"finsecure explain {identifier}")
    made.commands.append(f"finsecure explain {event.get('id')}  # how its deliveries fare")
    made.url = session.base + help_pages.event_type(kind)
    return made
