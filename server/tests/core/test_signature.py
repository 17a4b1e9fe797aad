"""Every signature against vectors, against the official packages, and against the verifiers in our own guides."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
import stripe
from standardwebhooks import Webhook, WebhookVerificationError

from finsecure_server.core import signature

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[3] / "contract" / "vectors" / "signatures.json").read_text("utf-8")
)
SIGNED = VECTORS["signatures"]
STANDARD = [vector for vector in SIGNED if vector["standard"] is not None]
HEADERS = VECTORS["headers"]

OLD, NEW, OTHER = (signature.new_secret(bytes([n]) * 32) for n in (1, 2, 3))
BODIES = [b"{}", '{"name":"Zoë Ångström 🌊"}'.encode(), b'{"object":"event"}\n', b'{"text":"a.b,v1=c"}']


@pytest.mark.parametrize("letters", [0, 1, 57, 58, 59, 63, 64, 65, 200])
def test_a_key_of_any_length_signs_as_the_standard_library_has_it(letters: int) -> None:
    secret, body = "k" * letters, b"x" * 1000
    for _ in range(2):  # the second time with what was kept of the first
        assert signature.sign_body(secret, body) == hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


# The first verifier of the guide to webhooks, as it is printed there.


def verify_body(payload: str, given: str, secret: str) -> bool:
    expected = hmac.new(secret.encode("utf-8"), payload.encode("utf-8"), hashlib.sha256).hexdigest()

    return hmac.compare_digest(f"sha256={expected}", given)


# The second one.


def verify_webhook_signature(payload: str, signature_header: str, webhook_secret: str) -> bool:
    elements = signature_header.split(",")
    timestamp = None
    signatures = []

    for element in elements:
        key, value = element.split("=", 1)
        if key == "t":
            timestamp = int(value)
        elif key == "v1":
            signatures.append(value)

    if not timestamp or not signatures:
        raise ValueError("Invalid signature header format")

    current_time = int(time.time())
    if abs(current_time - timestamp) > 300:
        raise ValueError("Timestamp too old")

    signed_payload = f"{timestamp}.{payload}"
    expected_signature = hmac.new(
        webhook_secret.encode("utf-8"), signed_payload.encode("utf-8"), hashlib.sha256
    ).hexdigest()

    return any(hmac.compare_digest(expected_signature, given) for given in signatures)


def stripe_takes(body: bytes, header: str, secret: str, tolerance: int | None = None) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, tolerance)
    except stripe.SignatureVerificationError:
        return False
    return True


def standard_takes(body: bytes, headers: dict[str, str], secret: str) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except WebhookVerificationError:
        return False
    return True


# -- vectors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", SIGNED, ids=lambda vector: vector["about"])
def test_a_vector(vector: dict[str, Any]) -> None:
    secret, moment, body = vector["secret"], vector["timestamp"], vector["body"].encode()
    assert signature.sign(secret, moment, body) == vector["v1"]
    assert signature.sign_body(secret, body) == vector["sha256"]
    assert stripe_takes(body, f"t={moment},v1={vector['v1']}", secret)
    assert verify_body(vector["body"], f"sha256={vector['sha256']}", secret)


@pytest.mark.parametrize("vector", STANDARD, ids=lambda vector: vector["about"])
def test_a_vector_of_standard_webhooks(vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    secret, event_id, moment, body = vector["secret"], vector["id"], vector["timestamp"], vector["body"].encode()
    signed = f"v1,{signature.sign_standard(secret, event_id, moment, body)}"
    assert signed == vector["standard"]
    headers = {"webhook-id": event_id, "webhook-timestamp": str(moment), "webhook-signature": signed}
    at(monkeypatch, moment)
    assert standard_takes(body, headers, secret)


@pytest.mark.parametrize("vector", HEADERS, ids=lambda vector: vector["about"])
def test_a_vector_of_headers(vector: dict[str, Any]) -> None:
    made = signature.headers(vector["secrets"], vector["id"], vector["timestamp"], vector["body"].encode())
    assert dict(made) == vector["headers"]


def test_the_vectors_cover_what_they_should() -> None:
    assert len(SIGNED) >= 8
    assert any(not vector["body"].isascii() for vector in SIGNED)
    assert any(vector["body"] == "" for vector in SIGNED)
    assert {len(vector["secrets"]) for vector in HEADERS} == {1, 2, 3}
    published = {vector["v1"] for vector in SIGNED} | {vector["sha256"] for vector in SIGNED}
    assert "5737f0119b78058753c7d35fe343177897a2e0318fd9af170074b38171abf2e2" in published  # ours
    assert "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" in published  # GitHub's
    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" in {vector["standard"] for vector in SIGNED}  # the spec's


# -- what receivers do with it ----------------------------------------------------------------------------------------


def at(monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """The clock of the official packages, at a time long past."""
    from standardwebhooks import webhooks

    class Then(webhooks.datetime):  # type: ignore[misc,name-defined]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls.fromtimestamp(moment, tz)

    monkeypatch.setattr(webhooks, "datetime", Then)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("secrets", [[NEW], [NEW, OLD], [NEW, OLD, OTHER]])
def test_whoever_holds_any_active_secret_can_check(secrets: list[str], body: bytes) -> None:
    headers = dict(signature.headers(secrets, "evt_1", int(time.time()), body))
    for secret in secrets:
        assert stripe_takes(body, headers["FinSecure-Signature"], secret, tolerance=300)
        assert standard_takes(body, headers, secret)
        assert verify_webhook_signature(body.decode(), headers["FinSecure-Signature"], secret)
    assert verify_body(body.decode(), headers["FinSecure-Signature-256"], secrets[0])


@pytest.mark.parametrize("body", BODIES)
def test_nobody_else_can(body: bytes) -> None:
    headers = dict(signature.headers([NEW, OLD], "evt_1", int(time.time()), body))
    for wrong_secret, wrong_body in ((OTHER, body), (NEW, body + b" ")):
        assert not stripe_takes(wrong_body, headers["FinSecure-Signature"], wrong_secret)
        assert not standard_takes(wrong_body, headers, wrong_secret)
        assert not verify_webhook_signature(wrong_body.decode(), headers["FinSecure-Signature"], wrong_secret)
        assert not verify_body(wrong_body.decode(), headers["FinSecure-Signature-256"], wrong_secret)


def test_only_the_newest_secret_fits_in_the_header_with_one_value() -> None:
    headers = dict(signature.headers([NEW, OLD], "evt_1", 1_700_000_000, b"{}"))
    assert verify_body("{}", headers["FinSecure-Signature-256"], NEW)
    assert not verify_body("{}", headers["FinSecure-Signature-256"], OLD)


@pytest.mark.parametrize("off", [-301, 301, -600, 600])
def test_an_old_or_early_signature_is_refused_by_those_who_look_at_the_time(off: int) -> None:
    headers = dict(signature.headers([NEW], "evt_1", int(time.time()) + off, b"{}"))
    assert not standard_takes(b"{}", headers, NEW)
    with pytest.raises(ValueError, match="too old"):
        verify_webhook_signature("{}", headers["FinSecure-Signature"], NEW)
    assert stripe_takes(b"{}", headers["FinSecure-Signature"], NEW, tolerance=300) == (off > 0)  # it looks back only


def test_the_two_keys_of_one_secret_differ() -> None:
    signed = b"evt_1.1700000000.{}"
    as_text = hmac.digest(NEW.encode(), signed, "sha256")
    decoded = hmac.digest(base64.b64decode(NEW.removeprefix("whsec_")), signed, "sha256")
    made = base64.b64decode(signature.sign_standard(NEW, "evt_1", 1_700_000_000, b"{}"))
    assert made == decoded
    assert made != as_text


def test_a_body_that_is_no_text_is_signed_as_it_is() -> None:
    body = bytes(range(256))
    expected = hmac.digest(NEW.encode(), b"1700000000." + body, "sha256").hex()
    assert signature.sign(NEW, 1_700_000_000, body) == expected


# -- headers and secrets ----------------------------------------------------------------------------------------------


def test_the_five_headers() -> None:
    made = signature.headers([NEW, OLD], "evt_1", 1_700_000_000, b"{}")
    assert [name for name, _ in made] == [
        "FinSecure-Signature",
        "FinSecure-Signature-256",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    ]
    headers = dict(made)
    first, second = (signature.sign(secret, 1_700_000_000, b"{}") for secret in (NEW, OLD))
    assert headers["FinSecure-Signature"] == f"t=1700000000,v1={first},v1={second}"
    assert headers["webhook-id"] == "evt_1"
    assert headers["webhook-timestamp"] == "1700000000"
    assert [part[:3] for part in headers["webhook-signature"].split(" ")] == ["v1,", "v1,"]


@pytest.mark.parametrize(("secrets", "event_id"), [([], "evt_1"), ([NEW] * 4, "evt_1"), ([NEW], "evt.1")])
def test_what_cannot_be_signed(secrets: list[str], event_id: str) -> None:
    with pytest.raises(AssertionError):
        signature.headers(secrets, event_id, 1_700_000_000, b"{}")


@pytest.mark.parametrize("secret", ["whsec_test_51FinSecure", "whsec_abc", "whsec_äöü", "whsec_ab cd"])
def test_a_secret_of_another_kind_is_no_key_of_standard_webhooks(secret: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        signature.sign_standard(secret, "evt_1", 1_700_000_000, b"{}")


def test_the_numbers() -> None:
    assert (signature.SECRET_BYTES, signature.SECRETS_MAX, signature.TOLERANCE_S) == (32, 3, 300)


def test_a_new_secret() -> None:
    chance = bytes(range(224, 256))
    secret = signature.new_secret(chance)
    assert secret.startswith("whsec_")
    assert base64.b64decode(secret.removeprefix("whsec_"), validate=True) == chance
    assert len(secret) == 50
    for length in (0, 16, 31, 33):
        with pytest.raises(AssertionError):
            signature.new_secret(bytes(length))
