"""Objects of the API for people: which columns a list has, which members of an object say the most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from finsecure.cli.clocks import Clocks
from finsecure.cli.data_tables import money
from finsecure.cli.look import clean
from finsecure.cli.output import flat, moment, text_of
from finsecure.cli.session import Answer, Session

#: Columns of each list. What is not here shows what its objects have of the usual ones.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "api_keys": ("id", "kind", "name", "state", "last4", "created"),
    "balance_transactions": ("id", "type", "amount", "fee", "net", "status", "source", "created"),
    "charges": ("id", "status", "amount", "failure_code", "payment_intent", "created"),
    "customers": ("id", "email", "name", "created"),
    "disputes": ("id", "status", "amount", "reason", "charge", "created"),
    "event_types": ("type", "description"),
    "events": ("id", "type", "data.object.id", "pending_webhooks", "created"),
    "payment_intents": ("id", "status", "amount", "last_payment_error.decline_code", "customer", "created"),
    "payment_methods": ("id", "type", "card.brand", "card.last4", "customer", "created"),
    "payouts": ("id", "status", "amount", "destination", "arrival_date", "created"),
    "refunds": ("id", "status", "amount", "reason", "payment_intent", "created"),
    "request_logs": ("id", "status", "method", "path", "error_code", "object_id", "duration_us", "created"),
    "setup_intents": ("id", "status", "customer", "payment_method", "created"),
    "webhook_attempts": ("id", "status", "event_type", "error.code", "response.status", "delivery", "created"),
    "webhook_deliveries": ("id", "status", "event_type", "attempts", "last_error.code", "created"),
    "webhook_endpoints": ("id", "status", "health.state", "url", "enabled_events"),
    "webhook_replays": ("id", "status", "percent", "webhook_endpoint", "created"),
}
_USUAL: Final = ("id", "object", "status", "type", "amount", "name", "created")
_TIMES: Final = frozenset(
    "created arrival_date available_on canceled_at delivered_at disabled_at ended_at expires_at next_attempt_at due_by"
    " last_used_at moved_at retry_at revoked_at failing_since will_be_disabled_at".split()
)
_AMOUNTS: Final = frozenset(
    "amount amount_received amount_capturable amount_captured amount_refunded fee net value".split()
)
#: Members that every object has or that say nothing by themselves.
_LEFT_OUT: Final = frozenset({"object", "livemode", "application", "client_secret"})


def cell(row: dict[str, Any], name: str, people: Clocks | None) -> str:
    """A member of an object as one line: for people, who know what time it is, or as it is."""
    text = flat(row, name)
    if people is None or not text:
        return text
    last = name.rpartition(".")[2]
    if last in _TIMES and text.isdigit():
        return people.ago(int(text), str(row.get("object")), name)
    if last in _AMOUNTS and isinstance(row.get("currency"), str) and text.lstrip("-").isdigit():
        return money(int(text), row["currency"])
    if last == "duration_us" and text.isdigit():
        return f"{int(text) / 1000:.1f} ms"
    return text


def many(
    session: Session,
    resource: str,
    path: str,
    found: Iterator[dict[str, Any]],
    *,
    columns: Sequence[str] = (),
    only_ids: bool = False,
    lines: bool = False,
    csv: bool = False,
) -> None:
    """A list. As JSON it is the API's own list object, with all that was walked in it."""
    out = session.out
    if only_ids:
        for row in found:
            out.line(clean(str(row.get("id") or row.get("type"))))
    elif lines:
        out.json_lines(found)
    elif session.flags.json:
        out.json({"object": "list", "url": path, "data": list(found)})
    else:
        rows = iter(found)
        first = next(rows, None)
        if first is None:
            out.note("Nothing found.")
            return
        columns = columns or columns_of(resource, first)
        if csv:
            out.csv(columns, ([cell(row, one, None) for one in columns] for row in chain([first], rows)))
            return
        people = session.clocks if out.terminal else None
        cells = [[cell(row, one, people) for one in columns] for row in chain([first], rows)]
        out.table(columns, cells, status="status")


def columns_of(resource: str, row: dict[str, Any]) -> Sequence[str]:
    """The columns of a list, if nobody has chosen any."""
    return COLUMNS.get(resource) or [name for name in _USUAL if name in row] or list(row)[:6]


def one(session: Session, answer: Answer, *, only_id: bool = False) -> None:
    """One object. As JSON it is what the API answered."""
    data = answer.data
    if only_id:
        session.out.line(clean(str(data.get("id", ""))))
    elif session.flags.json:
        session.out.json(data)
    else:
        session.out.pairs(members(data, session.clocks if session.out.terminal else None), title=title(data))
        if answer.reply.replayed:
            session.out.note("This is the reply of an earlier call with the same idempotency key.")
        if answer.reply.request_id:
            session.out.note(session.out.notes.dim(f"request {answer.reply.request_id}"))


def title(data: dict[str, Any]) -> str:
    """`payment_intent pi_…`."""
    return clean(f"{data.get('object', '')} {data.get('id', '')}".strip())


def members(
    data: dict[str, Any], people: Clocks | None, depth: int = 0, prefix: str = "", kind: str = ""
) -> Iterable[tuple[str, str]]:
    """Names and values of an object, what is empty left out; objects within by their path, two deep."""
    kind = kind or str(data.get("object"))
    for name, value in data.items():
        if name in _LEFT_OUT:
            continue
        path = clean(f"{prefix}{name}")
        if isinstance(value, dict) and depth < 2:
            if value.get("object") and value.get("id"):
                yield path, str(value["id"])
            else:
                yield from members(value, people, depth + 1, f"{path}.", kind)
        elif isinstance(value, list) and value and all(_is_money(one) for one in value):
            yield path, ", ".join(money(one["amount"], one["currency"]) for one in value)
        elif isinstance(value, int) and people and name in _TIMES:
            yield path, people.when(value, kind, path)
        elif isinstance(value, int) and people and path == "now":  # of a clock: how far it is from itself says nothing
            yield path, moment(value)
        else:
            yield path, cell(data, name, people) if value not in ({}, []) else ""


def _is_money(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("amount"), int) and isinstance(value.get("currency"), str)


def summary(data: dict[str, Any]) -> str:
    """An object in a line: `pi_… succeeded 20.00 USD`."""
    parts = [text_of(data.get("id")), text_of(data.get("status"))]
    if isinstance(data.get("amount"), int) and isinstance(data.get("currency"), str):
        parts.append(money(data["amount"], data["currency"]))
    return " ".join(filter(None, parts))
