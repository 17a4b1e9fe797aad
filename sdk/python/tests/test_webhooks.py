"""Signatures: the shared vectors, both formats, and a cause for every way to be wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as StandardWebhook

import finsecure
from finsecure.testing import SECRET, sign, signed_event
from finsecure.webhooks import Webhook, verify_signature, verify_standard

VECTORS = json.loads((Path(__file__).resolve().parents[3] / "contract/vectors/signatures.json").read_text("utf-8"))
NOW = 1_700_000_000
BODY = b'{"id":"evt_1","object":"event","type":"payment_intent.succeeded","data":{"object":{"name":"Zo\xc3\xab"}}}'
HEADERS = sign(BODY, "evt_1", SECRET, NOW)


def cause(
    body: Any, headers: Any, secret: Any = SECRET, now: float = NOW, **more: Any
) -> finsecure.SignatureVerificationError:
    with pytest.raises(finsecure.SignatureVerificationError) as caught:
        Webhook.construct_event(body, headers, secret, now=now, **more)
    return caught.value


@pytest.mark.parametrize("vector", VECTORS["signatures"], ids=lambda vector: vector["about"])
def test_every_vector(vector: dict[str, Any]) -> None:
    body, secret, now = vector["body"].encode(), vector["secret"], vector["timestamp"]
    verify_signature(body, f"t={now},v1={vector['v1']}", secret, now=now)
    standard = {"webhook-id": vector["id"], "webhook-timestamp": str(now), "webhook-signature": vector["standard"]}
    if vector["standard"] is None:
        standard["webhook-signature"] = "v1,AAAA"
        with pytest.raises(finsecure.SignatureVerificationError) as caught:
            verify_standard(body, standard, secret, now=now)
        assert caught.value.cause == "secret_unusable"
    else:
        verify_standard(body, standard, secret, now=now)


@pytest.mark.parametrize("vector", VECTORS["headers"], ids=lambda vector: vector["about"])
def test_the_headers_of_a_delivery_verify_with_any_of_its_secrets(vector: dict[str, Any]) -> None:
    standard = {name: value for name, value in vector["headers"].items() if name.startswith("webhook")}
    for secret in vector["secrets"]:
        event = Webhook.construct_event(vector["body"], vector["headers"], secret, now=vector["timestamp"])
        assert event.id == vector["id"]
        Webhook.verify(vector["body"], standard, secret, now=vector["timestamp"])
    Webhook.verify(vector["body"], vector["headers"], ["whsec_AAAA", *vector["secrets"]], now=vector["timestamp"])


def test_the_official_verifier_takes_what_testing_signs() -> None:
    made = signed_event("payment_intent.succeeded", {"id": "pi_1", "object": "payment_intent"})
    assert StandardWebhook(SECRET).verify(made.body, dict(made.headers))["id"] == made.headers["webhook-id"]


def test_an_event_is_a_view_in_a_program_that_calls_nothing() -> None:
    script = (
        "import sys, finsecure\n"
        f"event = finsecure.Webhook.construct_event({BODY!r}, {HEADERS!r}, {SECRET!r}, now={NOW})\n"
        "print(type(event).__name__, type(event.data).__name__, 'urllib3' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "Event EventData False\n"


def test_the_event_is_a_view() -> None:
    event = Webhook.construct_event(BODY, HEADERS["FinSecure-Signature"], SECRET, now=NOW)
    assert isinstance(event, finsecure.Event)
    assert event.type == "payment_intent.succeeded"
    assert event.data.object["name"] == "Zoë"


@pytest.mark.parametrize("header", [None, "", {}, {"Content-Type": "application/json"}])
def test_missing_header(header: Any) -> None:
    error = cause(BODY, header)
    assert error.cause == "missing_header"
    assert "FinSecure-Signature" in str(error)


def test_the_bare_signature_alone_is_not_enough() -> None:
    error = cause(BODY, {"finsecure-signature-256": HEADERS["FinSecure-Signature-256"]})
    assert error.cause == "missing_header"
    assert "names no time" in str(error)


def test_a_third_of_the_standard_headers_is_missing() -> None:
    error = cause(BODY, {"webhook-id": "evt_1", "Webhook-Timestamp": str(NOW)})
    assert (error.cause, error.header) == ("missing_header", "webhook-signature")


@pytest.mark.parametrize(
    "header",
    [
        "nonsense",
        "t=1",
        "v1=aa",
        "t=x,v1=aa",
        "t=-1,v1=aa",
        "t=1.5,v1=aa",
        "t=1,t=2,v1=aa",
        "t=,v1=aa",
        "t=１,v1=aa",
        ",",
    ],
)
def test_malformed_header(header: str) -> None:
    assert cause(BODY, header).cause == "malformed_header"


@pytest.mark.parametrize("signature", ["", " ", "v2,abc", "v1a,abc"])
def test_malformed_standard_header(signature: str) -> None:
    headers = {"webhook-id": "evt_1", "webhook-timestamp": str(NOW), "webhook-signature": signature or " "}
    assert cause(BODY, headers).cause == "malformed_header"


def test_limits() -> None:
    good = HEADERS["FinSecure-Signature"]
    assert cause(BODY, good + "," + "x=" + "y" * 1024).cause == "header_too_long"
    assert cause(BODY, f"t={NOW}" + ",v1=ab" * 11).cause == "too_many_signatures"
    Webhook.verify(BODY, f"t={NOW}" + ",v1=ab" * 9 + "," + good.partition(",")[2], SECRET, now=NOW)


def test_wrong_secret() -> None:
    other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    for headers in (HEADERS, HEADERS["FinSecure-Signature"], {k: v for k, v in HEADERS.items() if k[0] == "w"}):
        error = cause(BODY, headers, other)
        assert error.cause == "wrong_secret"
        assert other not in str(error)
    assert "white space" in str(cause(BODY, HEADERS, f"{SECRET}\n"))
    assert "API key" in str(cause(BODY, HEADERS, "sk_test_" + "a" * 30))
    assert cause(BODY, HEADERS, "").cause == "secret_unusable"


@pytest.mark.parametrize(
    "changed",
    [
        json.dumps(json.loads(BODY)),
        json.dumps(json.loads(BODY), ensure_ascii=False),
        json.dumps(json.loads(BODY), indent=2),
        BODY + b"\n",
        json.dumps(json.loads(BODY), separators=(",", ":")),
    ],
)
@pytest.mark.parametrize("names", [["FinSecure-Signature"], ["webhook-id", "webhook-timestamp", "webhook-signature"]])
def test_a_body_that_was_re_encoded(changed: Any, names: list[str]) -> None:
    error = cause(changed, {name: HEADERS[name] for name in names})
    assert error.cause == "body_reencoded"
    assert "raw body" in str(error)


def test_a_body_that_was_forged_is_a_wrong_signature() -> None:
    assert cause(BODY.replace(b"evt_1", b"evt_2"), HEADERS).cause == "wrong_secret"
    assert cause(b"", HEADERS).cause == "wrong_secret"


@pytest.mark.parametrize(("now", "skew"), [(NOW + 301, -301), (NOW - 301, 301), (NOW + 90_000, -90_000)])
@pytest.mark.parametrize("names", [["FinSecure-Signature"], ["webhook-id", "webhook-timestamp", "webhook-signature"]])
def test_a_clock_that_is_off_is_named_with_its_seconds(now: float, skew: int, names: list[str]) -> None:
    error = cause(BODY, {name: HEADERS[name] for name in names}, now=now)
    assert (error.cause, error.skew) == ("timestamp_out_of_tolerance", skew)
    assert f"{abs(skew)} s {'ahead' if skew > 0 else 'behind'}" in str(error)


@pytest.mark.parametrize("now", [NOW - 300, NOW, NOW + 300.9])
def test_within_the_tolerance(now: float) -> None:
    Webhook.verify(BODY, HEADERS, SECRET, now=now)


def test_a_wrong_signature_of_an_old_time_is_a_wrong_signature() -> None:
    assert cause(BODY, HEADERS, "whsec_AAAA", now=NOW + 9000).cause == "wrong_secret"


@pytest.mark.parametrize("tolerance", [0, -1])
def test_a_tolerance_that_would_switch_the_check_off_is_refused(tolerance: int) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Webhook.construct_event(BODY, HEADERS, SECRET, tolerance, now=NOW)


def test_decoded_json_is_refused() -> None:
    with pytest.raises(TypeError, match="raw body"):
        Webhook.construct_event(json.loads(BODY), HEADERS, SECRET, now=NOW)


@pytest.mark.parametrize("body", [b"[1]", b"not json", b"\xff"])
def test_a_signed_body_that_is_no_object(body: bytes) -> None:
    assert cause(body, sign(body, "evt_1", SECRET, NOW)).cause == "payload_not_json"


def test_the_clock_of_this_machine_is_the_default() -> None:
    made = signed_event("customer.created", {"id": "cus_1"})
    assert Webhook.construct_event(made.body, made.signature, SECRET).type == "customer.created"
    old = signed_event("customer.created", {"id": "cus_1"}, timestamp=int(time.time()) - 1000)
    with pytest.raises(finsecure.SignatureVerificationError):
        Webhook.construct_event(old.body, old.signature, SECRET)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 100_000, b"\xff" * 100, "\ud800", b"x" * (1 << 20)]
)
def test_what_a_stranger_sends_is_refused_and_nothing_else(body: Any) -> None:
    assert cause(body, HEADERS).cause == "wrong_secret"


@pytest.mark.parametrize("odd", ["\ud800", "é", "\x00", "ab\udcff"])
def test_odd_headers_are_refused_and_nothing_else(odd: str) -> None:
    assert cause(BODY, f"t={NOW},v1={odd}").cause == "wrong_secret"
    standard = {"webhook-id": odd, "webhook-timestamp": str(NOW), "webhook-signature": f"v1,{odd}"}
    assert cause(BODY, standard).cause == "wrong_secret"
