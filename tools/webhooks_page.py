"""`docs/webhooks.md`, and the section of `docs/errors.md` about deliveries that fail: prose around the constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from finsecure_server.core import breaker, delivery, failing, retry, signature
from finsecure_server.core.delivery import Failure
from finsecure_server.core.delivery_failures import FAILURES, Explanation, variants
from finsecure_server.core.errors import Side
from finsecure_server.net import connection, guard, wire
from finsecure_server.settings import defaults
from finsecure_server.webhooks import endpoint_types, replay_store, replay_types

#: A secret and an event that everybody may know, for the example.
SECRET: Final = signature.new_secret(bytes(range(32)))
EVENT_ID: Final = "evt_01hz0000000000000000000000"
TIMESTAMP: Final = 1_700_000_000
BODY: Final = f'{{"id":"{EVENT_ID}","object":"event","type":"payment_intent.succeeded"}}'.encode()

SIDES: Final[Mapping[Side, str]] = {
    Side.DEVELOPER: "Whoever wrote the application behind the endpoint",
    Side.MERCHANT: "Whoever runs the endpoint's host, its domain and this server",
}

ANSWERING: Final = """\
# Webhooks

An endpoint hears at least once of every event that it wants. Event and deliveries are written in the transaction of
what they tell of, so a crash loses none; one that was just being sent may be sent twice. [events.md](events.md) lists
the types.

A receiver does three things, in this order:

1. Check the [signature](#signatures) over the raw body.
2. Store the event by its `id`. If it is stored already, this is a repeat: leave it.
3. Answer 2xx, and do the work afterwards.

Events may arrive in any order. `sequence` counts those about one object: a lower one than the last that you have seen
is out of date.

Only a 2xx status counts, and only within the endpoint's `timeout`. A redirect is a failure, and is never followed. The
body of the reply is for people: its first {reply} KiB are kept in the log of attempts.
"""

SIGNATURES: Final = """\
## Signatures

Every attempt is signed anew, in three ways. Check one of them; which one is up to the library that you have.

| header | value | HMAC-SHA-256 over | key |
|--|--|--|--|
| `{ours}` | `t=<Unix seconds>,v1=<hex>`, one `v1` per active secret | `t.body` | the whole secret as text |
| `{standard}`, with `{id}` and `{time}` | `v1,<base64>`, one per active secret, parted by spaces | \
`id.timestamp.body` | the bytes behind `{prefix}` |
| `{body_only}` | `sha256=<hex>`, of the newest secret only | `body` | the whole secret as text |

Refuse a signature whose time is more than {tolerance} seconds from now, either way. The last of the three names no
time: whoever catches a request can send it again. Take another one where you can.

> **One secret, two keys.** Behind `{prefix}` is the base64 of {secret_bytes} bytes. For the first and the last header
> the key is the *whole text*, `{prefix}` included, as Stripe's packages have it. For Standard Webhooks it is the
> *decoded bytes*. Take the wrong one, and no signature ever matches. Nor does one of a body that was parsed and written
> anew: check what came, byte for byte.
"""

VERIFYING: Final = """\
With Stripe's package, as it is:

```python
import stripe

event = stripe.Webhook.construct_event(body, headers["FinSecure-Signature"], secret)
```

With the package `standardwebhooks`, as it is:

```python
from standardwebhooks import Webhook

event = Webhook(secret).verify(body, headers)
```

By hand:

```python
import hmac
import time


def verify(body: bytes, header: str, secret: str) -> bool:
    pairs = [part.partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) != 1 or not times[0].isdecimal() or abs(time.time() - int(times[0])) > 300:
        return False
    expected = hmac.digest(secret.encode(), times[0].encode() + b"." + body, "sha256").hex()
    return any(hmac.compare_digest(expected, value) for name, _, value in pairs if name == "v1")
```

An example to test your own code with; [signatures.json](../contract/vectors/signatures.json) has more:
"""
assert f"> {signature.TOLERANCE_S}:" in VERIFYING

ROLLING: Final = """\
Every request has `FinSecure-Delivery` too, the id of the delivery, and `FinSecure-Attempt`, which counts its attempts.
`{id}` is the event's id, the same on every attempt.

### Rolling a secret

`POST /v1/webhook_endpoints/{{id}}/roll_secret` makes a new one. Those before it sign along for `expires_in` seconds,
{overlap} unless you say and {overlap_max} at most; {secrets} can be active at once. Until then the receiver may hold
either.

**Not so with `{body_only}`.** Only one value fits into it, and from the roll on it is made with the new secret. A
receiver that checks this header must know both secrets beforehand, or check another header.
"""

RETRIES: Final = """\
## Retries

A delivery that fails is tried again: up to {live} attempts in live mode, over {live_span} at least, and {test} in test
mode. `next_attempt_at` says when the next one is.

| attempt | live: wait | since the first | at most | test: wait | since the first | at most |
|--:|--:|--:|--:|--:|--:|--:|
"""

RETRY_RULES: Final = """
- **Chance.** A wait is never shorter than the table says, and up to {jitter} % longer, so that what failed together
  does not come back together. *At most* counts that in, and none of what follows.
- **A timeout or 429:** the next attempt is {slow} seconds away at least.
- **Retry-After**, as seconds or as a date, is heard in any reply. It makes the wait up to {factor} times as long, never
  shorter, and counts for {heard} at most.
- **A connection that breaks within a second** is dialed again at once, as part of the same attempt.
- **After the last attempt** the delivery is `exhausted`. It is kept; a resend or a replay gives it the whole schedule.
"""

BREAKER: Final = """\
## An endpoint that fails is left alone for a while

After {streak} failures in a row, or when {share} % of at least {sample} attempts within {window} failed, nothing is
sent to the endpoint for a while; then one attempt goes ahead. As long as that fails, the next wait is longer:
{waits}, and up to {longer} % more. Any success ends it.

Deliveries that wait for it use up no attempt of their schedule. Other endpoints notice nothing.
"""

FAILING: Final = """\
## An endpoint that only fails is disabled

A clock starts when the first attempt of an event fails, {apart} to {together} hours after the first failed attempt of
another event, with no success in between. Any success stops it.

| after | what happens | event |
|--:|--|--|
| {first} h | first warning | `webhook_endpoint.failing` |
| {last} h | last warning | `webhook_endpoint.failing` |
| {disable} h | the endpoint is disabled, with `disabled_reason` `failing` | `webhook_endpoint.disabled` |

A success after a warning is told as `webhook_endpoint.recovered`. The account's other endpoints hear of it all. In test
mode the clock is the account's own: move it to see this happen.

**Nothing is lost.** Deliveries to a disabled endpoint are `held`, those of new events too, for {kept} days unless
`webhook_retention_days` says otherwise. `POST /v1/webhook_endpoints/{{id}}/enable` with `replay_held=true` sends them.
The deliveries of an endpoint that is deleted are `canceled`, and can still be seen.
"""

SENDING_AGAIN: Final = """\
## Sending again

Whatever is sent again gets the whole schedule. `number` goes on counting, and `cause` says what it was due to.

- **One delivery:** `POST /v1/webhook_deliveries/{{id}}/resend`, wherever it stands.
- **One event:** `POST /v1/events/{{id}}/resend` sends it to every enabled endpoint that was to hear of it or wants its
  type by now; with `webhook_endpoint`, to that one only, whatever it wants.
- **All that matches a filter:** `POST /v1/webhook_replays` takes an endpoint, and of its deliveries those in `states`
  (`exhausted` and `held` unless you say), of some `types`, about one object, or of events `created` in a range. The
  state `missing` stands for events that the endpoint wants by now and that were never to be sent to it. `dry_run=true`
  counts and sends nothing: up to {counted:,} by state alone, and among {looked:,} where types or objects matter; beyond
  that, `total_is_at_least` is true.

A replay makes `rate` deliveries a second due, {rate} unless you say and {rate_max} at most; the endpoint's own
`rate_limit` holds as well. It is `completed` once all of it has been tried: what failed is tried again by its own
schedule. `POST /v1/webhook_replays/{{id}}/cancel` stops it, and what was not tried goes back to where it stood. It
stops by itself when its endpoint is disabled or deleted.

Attempts and deliveries are forgotten {kept} days after they were made, unless `webhook_retention_days` says otherwise;
a delivery stays as long as an attempt at it is kept. What was held goes as well, and what is pending never does. A
delivery that is forgotten counts as `missing`, so a replay of that state needs to know from when on.
"""

LIMITS: Final = """\
## Limits

| what | limit |
|--|--:|
| an attempt: name, connection, TLS, request, headers of the reply | `timeout`: {usual} s, or 1 to {longest} s |
| of that, the connection | {connect} s |
| headers of a reply | {head} KiB |
| body of a reply that is read and kept | {reply} KiB |
| body of an event; a larger one is sent thin | {payload} KiB |
| attempts at once to one endpoint | {at_once} |
| attempts a second to one endpoint | `rate_limit`, {rate} at most |
| endpoints of an account in one mode | {endpoints} |
"""

ADDRESSES: Final = """\
## Addresses

In live mode a URL begins with `https://` and uses port 443. In test mode `http://` and loopback will do, unless the
setting `webhook_test_loopback` is off. A URL has no user name, no password and no fragment.

What counts is the resolved address, at every connection, however the URL is written. If one address of a host may not
be called, none is. Nothing goes to these, unless the setting `webhook_allowed_networks` opens a network of your own:

| network | what it is |
|--|--|
"""

CLASSES: Final = """\
## Why an attempt failed

`GET /v1/webhook_attempts` lists attempts with their times, address and reply. One that failed has one of these codes,
with the cause and the fix. [errors.md](errors.md#deliveries-to-webhook-endpoints) explains each.

| code | means |
|--|--|
"""


def text() -> str:
    """The page without the notice that it is generated."""
    return f"{_signing()}\n{_retrying()}\n{_leaving_alone()}\n{_again()}\n{_bounds()}\n{_classes()}"


def _signing() -> str:
    names = {
        "ours": signature.SIGNATURE,
        "body_only": signature.SIGNATURE_256,
        "standard": signature.STANDARD_SIGNATURE,
        "id": signature.STANDARD_ID,
        "time": signature.STANDARD_TIMESTAMP,
        "prefix": signature.PREFIX,
    }
    example = "".join(f"{name}: {value}\n" for name, value in signature.headers([SECRET], EVENT_ID, TIMESTAMP, BODY))
    return "\n".join(
        (
            ANSWERING.format(reply=delivery.REPLY_BYTES_MAX // 1024),
            SIGNATURES.format(tolerance=signature.TOLERANCE_S, secret_bytes=signature.SECRET_BYTES, **names),
            VERIFYING,
            f"```text\nsecret: {SECRET}\nbody: {BODY.decode()}\n{example}```\n",
            ROLLING.format(
                overlap=span(endpoint_types.OVERLAP_DEFAULT_S),
                overlap_max=span(endpoint_types.OVERLAP_MAX_S),
                secrets=signature.SECRETS_MAX,
                **names,
            ),
        )
    )


def _retrying() -> str:
    live, test = (retry.schedule(mode) for mode in (True, False))
    head = RETRIES.format(live=len(live), live_span=span(sum(live)), test=len(test))
    rows = (
        f"| {number + 1} | {' | '.join(cell for waits in (live, test) for cell in _cells(waits, number))} |\n"
        for number in range(max(len(live), len(test)))
    )
    rules = RETRY_RULES.format(
        jitter=100 // retry.JITTER_DIVISOR,
        slow=retry.SLOW_DOWN_S,
        factor=retry.RETRY_AFTER_FACTOR,
        heard=span(retry.RETRY_AFTER_MAX_S),
    )
    return head + "".join(rows) + rules


def _cells(waits: Sequence[int], number: int) -> tuple[str, str, str]:
    """Of one attempt: the wait before it, the time since the first at least and at most."""
    if number >= len(waits):
        return "", "", ""
    if not number:
        return "at once", "", ""
    least = list(accumulate(waits))[number]
    return span(waits[number]), span(least), span(least + least // retry.JITTER_DIVISOR)


def _leaving_alone() -> str:
    return "\n".join(
        (
            BREAKER.format(
                streak=breaker.STREAK,
                share=breaker.SHARE_PERCENT,
                sample=breaker.SAMPLE_MIN,
                window=span(breaker.WINDOW_S),
                waits=", ".join(span(seconds) for seconds in breaker.WAITS_S),
                longer=100 // breaker.JITTER_DIVISOR,
            ),
            FAILING.format(
                apart=failing.APART_H,
                together=failing.TOGETHER_H,
                first=failing.WARN_FIRST_H,
                last=failing.WARN_LAST_H,
                disable=failing.DISABLE_H,
                kept=defaults()["webhook_retention_days"],
            ),
        )
    )


def _again() -> str:
    return SENDING_AGAIN.format(
        counted=replay_store.COUNTED_MAX,
        looked=replay_store.COUNTED_BY_TYPE_MAX,
        rate=replay_types.RATE_DEFAULT,
        rate_max=replay_types.RATE_MAX,
        kept=defaults()["webhook_retention_days"],
    )


def _bounds() -> str:
    limits = LIMITS.format(
        longest=delivery.TIMEOUT_MAX_S,
        usual=delivery.TIMEOUT_DEFAULT_S,
        connect=wire.CONNECT_MAX_S,
        head=connection.HEAD_BYTES_MAX // 1024,
        reply=delivery.REPLY_BYTES_MAX // 1024,
        payload=delivery.PAYLOAD_BYTES_MAX // 1024,
        at_once=delivery.IN_FLIGHT_MAX,
        rate=endpoint_types.RATE_MAX,
        endpoints=endpoint_types.ENDPOINTS_MAX,
    )
    denied = "".join(f"| `{network}` | {what} |\n" for network, what in (*guard.DENIED_V4, *guard.DENIED_V6))
    return f"{limits}\n{ADDRESSES}{denied}| all IPv6 outside `{guard.ALLOWED_V6}` | not public addresses |\n"


def _classes() -> str:
    rows = (f"| [`{failure}`](errors.md#{failure}) | {FAILURES[failure].meaning} |\n" for failure in Failure)
    return CLASSES + "".join(rows)


def failures() -> Iterator[str]:
    """The section of `docs/errors.md`: every class of failed delivery, and what is more precise about it."""
    yield "## Deliveries to webhook endpoints\n"
    yield "An event did not arrive. No reply of the API carries these codes: they stand in the attempts of its"
    yield "delivery, which is tried again by itself. [webhooks.md](webhooks.md#retries) says when.\n"
    for failure, found in FAILURES.items():
        yield f"### `{failure}`\n"
        yield from _explained(found)
        for when, precise in variants(failure):
            yield f"#### If it failed {when}\n"
            yield from _explained(precise)


def _explained(found: Explanation) -> Iterator[str]:
    yield f"{found.meaning} Likely cause: {found.cause[0].lower()}{found.cause[1:]}\n"
    yield f"{SIDES[found.side]} can put it right.\n"
    yield from (f"1. {step}" for step in found.fix)
    yield ""


def span(seconds: int) -> str:
    """A time as people say it: "75 h 35 min 5 s", "7 days"."""
    if seconds > 86_400 and not seconds % 86_400:
        return f"{seconds // 86_400} days"
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)
