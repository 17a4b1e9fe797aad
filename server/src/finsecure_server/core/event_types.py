"""Every type of event there is: what it is about, when it happens, and whether it shows what was there before.

An event whose type has no row cannot be written (webhooks/store.py asserts it), and every row is proved by an example
that `make generate` brings about. Names and meanings are Stripe's wherever Stripe has the type.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple


class Before(StrEnum):
    """Whether an event shows, in `data.previous_attributes`, the old values of what changed."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"


class EventType(NamedTuple):
    """One row. `name` is `family.verb` or `family.kind.verb`; `object` is what `data.object.object` says."""

    name: str
    object: str
    says: str  # one sentence for people
    before: Before = Before.NEVER


def _family(name: str, object_: str, *rows: tuple[str, str] | tuple[str, str, Before]) -> Iterator[EventType]:
    for verb, says, *before in rows:
        yield EventType(f"{name}.{verb}", object_, says, *before)


_ROWS: Final = (
    *_family(
        "payment_intent",
        "payment_intent",
        ("created", "A payment has been set up; nothing has been asked of the bank yet."),
        ("processing", "The bank has not said yet whether it accepts the payment."),
        ("requires_action", "The payer has to confirm the payment with their bank."),
        ("amount_capturable_updated", "What may be captured of an authorized payment has changed."),
        ("succeeded", "The payment is complete: fulfil the order."),
        ("payment_failed", "An attempt to pay has failed; the payer may try again, with another method if need be."),
        ("canceled", "The payment has been canceled, and what was held has been given up."),
    ),
    *_family(
        "charge",
        "charge",
        ("succeeded", "The bank has accepted a charge, or holds its amount for a capture."),
        ("failed", "The bank has declined a charge."),
        ("captured", "What was held has been captured, wholly or in part."),
        ("expired", "What was held was not captured in time, and has been given up."),
        ("refunded", "A refund of the charge has succeeded.", Before.SOMETIMES),
        ("updated", "A charge has changed in another way, such as its metadata or a dispute.", Before.SOMETIMES),
    ),
    *_family(
        "charge.dispute",
        "dispute",
        ("created", "The payer's bank contests a charge, or asks about it: answer before it is due."),
        ("updated", "A dispute has changed, such as its evidence or its status.", Before.ALWAYS),
        ("funds_withdrawn", "The disputed amount and the fee have been taken from the balance."),
        ("funds_reinstated", "The dispute is won: the disputed amount is back in the balance."),
        ("closed", "A dispute has ended: won, lost, or an inquiry that went no further.", Before.ALWAYS),
    ),
    *_family(
        "refund",
        "refund",
        ("created", "A refund has been made; its status says whether the money is under way."),
        ("updated", "A refund has changed, such as its status or its metadata.", Before.ALWAYS),
        ("failed", "A refund could not be paid: the payer has not got the money."),
    ),
    *_family(
        "payout",
        "payout",
        ("created", "A payout to your bank account has been made."),
        ("updated", "A payout is on its way, or its metadata has changed.", Before.ALWAYS),
        ("paid", "A payout should be in your bank account now."),
        ("failed", "Your bank has refused a payout: the money is back in the balance."),
        ("canceled", "A payout has been canceled: the money is back in the balance."),
    ),
    *_family(
        "setup_intent",
        "setup_intent",
        ("created", "Saving a payment method for later has begun."),
        ("requires_action", "The payer has to confirm with their bank that the payment method may be saved."),
        ("succeeded", "The payment method is saved for later payments."),
        ("setup_failed", "The payment method could not be saved; the payer may try another."),
        ("canceled", "Saving a payment method has been canceled."),
    ),
    *_family(
        "customer",
        "customer",
        ("created", "A customer has been made."),
        ("updated", "A customer has changed.", Before.ALWAYS),
        ("deleted", "A customer has been deleted; the event shows who it was."),
    ),
    *_family(
        "payment_method",
        "payment_method",
        ("attached", "A payment method has been saved with a customer."),
        ("updated", "A payment method has changed, such as its date of expiry.", Before.ALWAYS),
        ("detached", "A payment method no longer belongs to its customer, and cannot be used again.", Before.ALWAYS),
    ),
    *_family("balance", "balance", ("available", "Funds that were pending can be paid out now.")),
    *_family(
        "radar.early_fraud_warning",
        "radar.early_fraud_warning",
        ("created", "The payer's bank suspects fraud: a refund now may spare you a dispute."),
    ),
    *_family(
        "webhook_endpoint",
        "webhook_endpoint",
        ("created", "A webhook endpoint has been registered."),
        ("updated", "A webhook endpoint has changed, or has a new secret.", Before.ALWAYS),
        ("deleted", "A webhook endpoint has been deleted; what it had not got yet is canceled."),
        ("enabled", "A webhook endpoint gets events again; what was held meanwhile can be replayed."),
        ("disabled", "A webhook endpoint gets no events any more: they are held for it."),
        ("failing", "A webhook endpoint has accepted nothing for a day or for three; after five it is disabled."),
        ("recovered", "A webhook endpoint that was failing has accepted an event."),
        ("test", "Somebody tests a webhook endpoint: nothing has happened."),
    ),
)

#: Every type by its name.
TYPES: Final = {row.name: row for row in _ROWS}

#: Where an object of an event is read, by its type. A warning of fraud is an event and nothing else.
URLS: Final = {
    "balance": "/v1/balance",
    "charge": "/v1/charges/{id}",
    "customer": "/v1/customers/{id}",
    "dispute": "/v1/disputes/{id}",
    "payment_intent": "/v1/payment_intents/{id}",
    "payment_method": "/v1/payment_methods/{id}",
    "payout": "/v1/payouts/{id}",
    "radar.early_fraud_warning": "/v1/events?related_object={id}",
    "refund": "/v1/refunds/{id}",
    "setup_intent": "/v1/setup_intents/{id}",
    "webhook_endpoint": "/v1/webhook_endpoints/{id}",
}

assert len(TYPES) == len(_ROWS)
assert {row.object for row in _ROWS} == set(URLS)


def family(name: str) -> str:
    """The type without its last word: `charge.dispute` of `charge.dispute.created`."""
    return name.rpartition(".")[0]


@cache
def patterns(name: str) -> tuple[str, str, str, str]:
    """The filters that a type passes: everything, its family, its closer kin, itself.

    `charge.dispute.created` passes `*`, `charge.*`, `charge.dispute.*` and its own name. The second and the third are
    the same for a type of two words.
    """
    return "*", f"{name.partition('.')[0]}.*", f"{family(name)}.*", name


_PATTERNS: Final = frozenset(pattern for name in TYPES for pattern in patterns(name))


def valid_pattern(text: str) -> bool:
    """Whether a filter is an exact type, `*`, or all of a family (`refund.*`, `charge.dispute.*`)."""
    return text in _PATTERNS


def matching(pattern: str) -> tuple[str, ...]:
    """The types that pass a filter, in the order of the table; none if it is no valid one."""
    return tuple(name for name in TYPES if pattern in patterns(name))


def may_be_said(name: str, *, before: bool) -> bool:
    """Whether an event of this type exists that shows (`before`), or does not show, what was there before."""
    row = TYPES.get(name)
    return row is not None and row.before in (Before.SOMETIMES, Before.ALWAYS if before else Before.NEVER)


def url(object_: str, object_id: str | None) -> str:
    """The address at which an object is read, without the server's own."""
    return URLS[object_].format(id=object_id)
