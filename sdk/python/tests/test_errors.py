"""Which exception a reply becomes, what it carries, and what it never shows."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from decimal import Decimal

import pytest

import finsecure
from finsecure._core.redact import redact
from finsecure.testing import MockTransport
from fixtures.scripted import Answer, Scripted, reply
from fixtures.worlds import Caller

CASES = [
    (400, "invalid_request_error", "parameter_missing", finsecure.InvalidRequestError),
    (404, "invalid_request_error", "resource_missing", finsecure.InvalidRequestError),
    (405, "invalid_request_error", "method_not_allowed", finsecure.InvalidRequestError),
    (401, "authentication_error", "invalid_api_key", finsecure.AuthenticationError),
    (402, "card_error", "card_declined", finsecure.CardError),
    (403, "permission_error", "insufficient_scope", finsecure.PermissionError),
    (400, "idempotency_error", None, finsecure.IdempotencyError),
    (409, "idempotency_error", "idempotency_key_in_use", finsecure.ConflictError),
    (409, "invalid_request_error", "resource_already_exists", finsecure.ConflictError),
    (429, "invalid_request_error", "lock_timeout", finsecure.ConflictError),
    (429, "rate_limit_error", "rate_limit", finsecure.RateLimitError),
    (408, "api_error", None, finsecure.APITimeoutError),
    (500, "api_error", "internal_error", finsecure.ServerError),
    (503, "api_error", "overloaded", finsecure.ServerError),
    (301, "api_error", None, finsecure.APIError),
]


def refused(transport: MockTransport) -> finsecure.FinSecureError:
    client = finsecure.Client("sk_test_1", transport=transport, max_retries=0)
    with pytest.raises(finsecure.FinSecureError) as caught:
        client.payment_intents.create(amount=1, currency="usd")
    return caught.value


@pytest.mark.parametrize(("status", "type", "code", "cls"), CASES)
def test_the_class_of_a_reply(status: int, type: str, code: str | None, cls: type[finsecure.FinSecureError]) -> None:
    error = refused(MockTransport().refuse(status, type=type, code=code))
    assert error.__class__ is cls
    assert (error.http_status, error.code, error.request_id) == (status, code, "req_mock1")
    assert error.idempotency_key is not None
    assert len(error.attempts) == 1


def test_everything_that_an_error_carries() -> None:
    error = refused(
        MockTransport().refuse(
            402,
            type="card_error",
            code="card_declined",
            decline_code="insufficient_funds",
            advice_code="try_again_later",
            message="Your card was declined.",
            param="card[number]",
            doc_url="https://help/x",
            charge="ch_1",
            next_steps=["Offer another card.", "Offer a transfer."],
            payment_intent={"id": "pi_1", "status": "requires_payment_method"},
        )
    )
    assert isinstance(error, finsecure.CardError)
    assert error.decline_code == "insufficient_funds"
    assert error.advice_code == "try_again_later"
    assert error.next_steps == error.recovery_options == ("Offer another card.", "Offer a transfer.")
    assert error.payment_intent == {"id": "pi_1", "status": "requires_payment_method"}
    assert (error.charge, error.doc_url, error.param) == ("ch_1", "https://help/x", "card[number]")
    assert error.user_message == "Your card was declined."
    assert not error.retryable
    assert str(error) == (
        "Your card was declined. (card_declined: insufficient_funds, parameter card[number], HTTP 402, "
        "request req_mock1) Next: Offer another card."
    )
    twin = pickle.loads(pickle.dumps(error))  # noqa: S301  because we pickled it
    assert (str(twin), twin.payment_intent, type(twin)) == (str(error), error.payment_intent, finsecure.CardError)


def test_recovery_options_of_the_envelope_come_first() -> None:
    error = refused(
        MockTransport().refuse(402, type="card_error", recovery={"options": ["Split it."]}, next_steps=["x"])
    )
    assert error.recovery_options == ("Split it.",)


def test_the_table_fills_in_what_a_reply_lacks() -> None:
    error = refused(MockTransport().refuse(400, type="invalid_request_error", code="parameter_missing", param="amount"))
    assert error.next_steps
    assert all("{param}" not in step for step in error.next_steps)
    unknown = refused(MockTransport().refuse(400, type="invalid_request_error", code="brand_new"))
    assert unknown.next_steps == ()
    assert unknown.recovery_options == ("Contact customer support with the request id.",)


def test_a_reply_of_somebody_else(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    scripted.script(Answer(403, b"<html>Blocked by the proxy of ACME</html>", {"content-type": "text/html; charset=x"}))
    with pytest.raises(finsecure.PermissionError, match=r"not FinSecure's: HTTP 403, text/html, 41 bytes"):
        caller().create()
    for body in (b"<html>", b"[]", b"7", b"\xff\xfe"):
        scripted.script(Answer(200, body))
        with pytest.raises(finsecure.APIError, match="not FinSecure's"):
            caller().create()


def test_nothing_secret_is_repeated(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    said = "Bad key sk_live_abcdefghijkl for whsec_AAECAwQF+/=, pi_123_secret_zzz, 4242 4242 4242 4242, Bearer abc.def"
    scripted.script(reply({"error": {"type": "invalid_request_error", "message": said}}, 400))
    with pytest.raises(finsecure.InvalidRequestError) as caught:
        caller().create()
    for text in (str(caught.value), repr(caught.value), caught.value.message):
        for secret in ("abcdefghijkl", "AAECAwQF", "zzz", "4242 4242 4242 4242", "abc.def"):
            assert secret not in text
    assert "sk_live_…" in str(caught.value)
    assert redact("at 1700000000 order 6735 req_06ga1h0e3vd5k8w2m4n6q8s0t2") == (
        "at 1700000000 order 6735 req_06ga1h0e3vd5k8w2m4n6q8s0t2"
    )


def test_the_key_is_in_no_error(scripted: Scripted) -> None:
    key = "sk_test_" + "z" * 30
    client = finsecure.Client(key, api_base="http://127.0.0.1:1", max_retries=0, proxy="")
    with pytest.raises(finsecure.APIConnectionError) as caught:
        client.balance.retrieve()
    assert key not in repr(caught.value) + str(vars(caught.value))
    assert (caught.value.kind, caught.value.sent, caught.value.retryable) == ("connect", False, True)


@pytest.mark.parametrize(
    ("key", "base", "error"),
    [
        (None, "https://api.example", finsecure.AuthenticationError),
        ("sk_test_1\n", "https://api.example", finsecure.ConfigurationError),
        (" sk_test_1", "https://api.example", finsecure.ConfigurationError),
        ("sk_test_é", "https://api.example", finsecure.ConfigurationError),
        ("sk_test_1\r\nX: y", "https://api.example", finsecure.ConfigurationError),
        ("sk_live_1", "http://api.example", finsecure.ConfigurationError),
        ("sk_test_1", "ftp://api.example", finsecure.ConfigurationError),
        ("sk_test_1", "api.example", finsecure.ConfigurationError),
        ("sk_test_1", "https://user:pass@api.example", finsecure.ConfigurationError),
    ],
)
def test_what_is_seen_before_anything_is_sent(key: str | None, base: str, error: type[Exception]) -> None:
    transport = MockTransport().reply({})
    with pytest.raises(error) as caught:
        finsecure.Client(key, api_base=base, transport=transport).balance.retrieve()
    assert transport.requests == []
    assert "pass" not in str(caught.value).replace("password", "")


def test_bad_calls_are_not_sent() -> None:
    transport = MockTransport().reply({})
    client = finsecure.Client("sk_test_1", transport=transport)
    with pytest.raises(TypeError, match=r"given twice.*amount"):
        client.payment_intents.create({"amount": 1, "currency": "usd"}, amount=2)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="not empty"):
        client.payment_intents.retrieve("")
    with pytest.raises(ValueError, match="idempotency key"):
        client.payment_intents.create(amount=1, currency="usd", idempotency_key="a\nb")
    with pytest.raises(TypeError, match="no option tiemout"):
        client.payment_intents.create({"amount": 1, "currency": "usd"}, options={"tiemout": 1})  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="no option basse"):
        finsecure.Client("sk_test_1", basse="x")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="above 0"):
        finsecure.Client("sk_test_1", timeout=0)
    with pytest.raises(TypeError, match="Decimal"):
        client.payment_intents.create(amount=Decimal(1), currency="usd")  # type: ignore[call-overload]
    for path in ("v1/balance", "@evil.example/v1/balance", ".evil.example"):
        with pytest.raises(ValueError, match="slash"):
            client.request("GET", path)
    assert transport.requests == []
