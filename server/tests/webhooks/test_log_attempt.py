"""What of an attempt is kept: all that helps, and nothing that nobody may see again."""

from __future__ import annotations

import msgspec
import pytest

from finsecure_server.core.delivery import REPLY_BYTES_MAX, Cause, Failure, Message, Outcome, Phase, State, Timing
from finsecure_server.core.delivery_failures import explain
from finsecure_server.webhooks import attempts
from finsecure_server.webhooks.attempts import HIDDEN, SENT, Tried, attempt_of
from finsecure_server.webhooks.delivery_types import AttemptResponse, WebhookAttempt
from tests.edge import PUBLIC_URL, T0
from tests.webhooks.planted import MESSAGE
from tests.world import World

TRIED = Tried(
    endpoint="we_1",
    delivery="dlv_1_1",
    event="evt_1",
    event_type="refund.created",
    related_object="re_1",
    number=3,
    cause=Cause.REPLAY,
    superseded=False,
    state=State.PENDING,
    next_us=T0 + 5_999_999,
)


def shown(outcome: Outcome, message: Message = MESSAGE, tried: Tried = TRIED) -> WebhookAttempt:
    return attempt_of(tried, message, outcome, attempt="wha_1", created_us=T0 + 1, public_url=PUBLIC_URL)


def reply(body: bytes = b"", headers: tuple[tuple[str, str], ...] = (), **more: bool) -> AttemptResponse:
    """What is kept of a reply."""
    response = shown(Outcome(None, "", status=200, headers=headers, body=body, **more)).response  # type: ignore[arg-type]
    assert response is not None
    return response


def test_a_failure_is_told_with_its_side_and_its_fix() -> None:
    outcome = Outcome(
        Failure.TIMEOUT,
        "No answer within 10 s.",
        phase=Phase.HEADERS,
        timing=Timing(dns_us=1, connect_us=2, tls_us=3, total_us=10_000_000),
        address="203.0.113.9",
        tls_version="TLSv1.3",
        redialed=True,
    )
    why = explain(outcome)
    assert msgspec.to_builtins(shown(outcome)) == {
        "id": "wha_1",
        "object": "webhook_attempt",
        "cause": "replay",
        "connection": {"address": "203.0.113.9", "reused": False, "tls_version": "TLSv1.3", "redialed": True},
        "created": T0 // 1_000_000,
        "delivery": "dlv_1_1",
        "delivery_state": "pending",
        "error": {
            "code": "webhook_timeout",
            "phase": "headers",
            "message": "No answer within 10 s.",
            "side": why.side,
            "cause": why.cause,
            "fix": list(why.fix),
            "doc_url": f"{PUBLIC_URL}/help/errors/webhook_timeout",
        },
        "event": "evt_1",
        "event_type": "refund.created",
        "livemode": False,
        "next_attempt_at": T0 // 1_000_000 + 5,
        "number": 3,
        "related_object": "re_1",
        "request": {
            "url": "https://shop.example/hooks",
            "headers": {
                "content-type": "application/json; charset=utf-8",
                "FinSecure-Signature": "t=1700000000,v1=00ff",
                "Authorization": HIDDEN,
            },
            "body_bytes": 2,
        },
        "response": None,
        "status": "failed",
        "superseded": False,
        "timing": {"dns_us": 1, "connect_us": 2, "tls_us": 3, "first_byte_us": None, "total_us": 10_000_000},
        "webhook_endpoint": "we_1",
    }


def test_a_success_has_no_error_and_no_next_attempt() -> None:
    tried = TRIED._replace(state=State.DELIVERED, next_us=None, superseded=True)
    made = shown(Outcome(None, "It arrived.", status=204), tried=tried)
    assert (made.status, made.error, made.next_attempt_at, made.superseded) == ("succeeded", None, None, True)
    assert made.response == AttemptResponse(status=204, headers={}, body="", truncated=False)


@pytest.mark.parametrize("failure", Failure)
def test_every_class_has_a_word(failure: Failure) -> None:
    error = shown(Outcome(failure, "It failed.")).error
    assert error is not None
    assert (error.code, error.phase) == (failure, None)
    assert msgspec.json.decode(msgspec.json.encode(error), type=type(error)) == error


def test_headers_of_ours_are_shown_and_all_others_are_hidden() -> None:
    headers = (*((name, f"value of {name}") for name in sorted(SENT)), ("X-Key", "k1"), ("Cookie", "a=b"))
    kept = shown(Outcome(None, "", status=200), MESSAGE._replace(headers=headers)).request.headers
    assert {name for name, value in kept.items() if value == HIDDEN} == {"X-Key", "Cookie"}


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ((("content-type", "text/html"), ("Server", "nginx")), {"content-type": "text/html", "server": "nginx"}),
        ((("set-cookie", "a=1"), ("authorization", "x"), ("x-secret", "y"), ("proxy-authenticate", "z")), {}),
        ((("www-authenticate", 'Digest nonce="dcd98b", realm="x"'),), {"www-authenticate": "Digest"}),
        ((("via", "1.1 a"), ("via", "1.1 b")), {"via": "1.1 a, 1.1 b"}),
        ((("location", "https://a.example/?k=sk_live_abc"),), {"location": "https://a.example/?k=sk_live_****"}),
        ((("location", "https://a.example/?t=let-me-in-please"),), {"location": f"https://a.example/?t={HIDDEN}"}),
        ((("server", "a\x00\x1b[31mb"),), {"server": "a[31mb"}),
        ((("date", "x" * 600),), {"date": "x" * 500}),
    ],
)
def test_of_a_reply_s_headers_those_that_help(headers: tuple[tuple[str, str], ...], kept: dict[str, str]) -> None:
    assert reply(headers=headers).headers == kept


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"ok\r\n\tgo on", "ok\n\tgo on"),
        ("naïve 店".encode(), "naïve 店"),
        (b"\xff\xfeok", "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}ok"),
        (b"a\x00b\x07c\x7fd\x1b[0m", "abcd[0m"),
        ("a\u202eb\u2066c\u0085d".encode(), "abcd"),
        (b"card 4242 4242 4242 4242", "card [card ending 4242]"),
        ("4242424242424242".encode("utf-16-le"), "[card ending 4242]"),
        (b"4242\x014242\x014242\x014242", "[card ending 4242]"),
        (b'{"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}', '{"secret":"whsec_****"}'),
        (b"sk_live_0123456789", "sk_live_****"),
        (b'{"authorization":"Bearer let-me-in-please"}', f'{{"authorization":"{HIDDEN}"}}'),
        (b"token=let-me-in-please&Bearer", f"token={HIDDEN}&{HIDDEN}"),
    ],
)
def test_a_body_is_text_that_may_be_shown(body: bytes, kept: str) -> None:
    assert reply(body).body == kept


def test_a_body_is_kept_so_far_and_says_that_it_went_on() -> None:
    whole, cut = reply(b"x" * REPLY_BYTES_MAX), reply(b"x" * REPLY_BYTES_MAX, truncated=True)
    assert (len(whole.body), whole.truncated) == (REPLY_BYTES_MAX, False)
    assert (len(cut.body), cut.truncated) == (REPLY_BYTES_MAX, True)
    assert reply(b"x" * (REPLY_BYTES_MAX + 1)).truncated


def test_a_body_that_nobody_can_read_takes_no_more_room() -> None:
    kept = reply(b"\xff" * REPLY_BYTES_MAX)
    assert len(kept.body.encode()) <= REPLY_BYTES_MAX
    assert kept.truncated


@pytest.mark.parametrize(
    ("end", "left"),
    [
        (b" 4242 4242 424", ""),
        (b" Bearer let-me", ""),
        (b" let-me-in-pleas", ""),
        (b" sk_live_0123", " sk_live_****"),
        (b" whsec_MfKQ9r8G", " whsec_****"),
        (b" the end.", " the end."),
    ],
)
def test_what_is_cut_off_gives_no_half_of_a_secret_away(end: bytes, left: str) -> None:
    body = b"x" * (REPLY_BYTES_MAX - len(end)) + end
    assert reply(body, truncated=True).body.lstrip("x") == left


def test_what_happened_is_told_without_secrets() -> None:
    error = shown(Outcome(Failure.CONNECTION, "4242424242424242 whsec_abc let-me-in-please \x00")).error
    assert error is not None
    assert error.message == f"[card ending 4242] whsec_**** {HIDDEN} "


async def test_its_id_is_of_the_wall_clock(world: World) -> None:
    env = world.env(clock_offset=10**12)
    assert attempts.new_id(env)[:16] == attempts.new_id(world.env())[:16]
