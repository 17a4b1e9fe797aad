"""FinSecureHealthCheck and OptimizedFinSecureClient, as the document names them."""

from __future__ import annotations

import json

import pytest

import finsecure
from finsecure.testing import MockTransport, Server


def test_a_healthy_server(finsecure_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINSECURE_API_BASE", finsecure_server.url)
    results = finsecure.FinSecureHealthCheck(finsecure_server.secret_key).run_health_check()
    assert json.loads(json.dumps(results)) == results
    assert results["overall_status"] == "healthy"
    assert results["failed_checks"] == []
    assert list(results["checks"]) == ["connectivity", "authentication", "payment_creation", "rate_limits"]
    assert all(check["status_code"] == 200 for check in results["checks"].values())
    assert results["checks"]["connectivity"]["response_time"] > 0
    intent = results["checks"]["payment_creation"]["payment_intent_id"]
    client = finsecure.Client(finsecure_server.secret_key)
    assert client.payment_intents.retrieve(intent).status == "canceled"


def test_a_wrong_key(finsecure_server: Server) -> None:
    client = finsecure.Client("sk_test_" + "0" * 48, api_base=finsecure_server.url)
    results = finsecure.FinSecureHealthCheck(client=client).run_health_check()
    assert results["overall_status"] == "degraded"
    assert results["failed_checks"] == ["authentication", "payment_creation", "rate_limits"]
    check = results["checks"]["authentication"]
    assert check["status_code"] == 401
    assert check["next_steps"]
    assert "0" * 10 not in json.dumps(results)


def test_nobody_there() -> None:
    client = finsecure.Client("sk_test_1", api_base="http://127.0.0.1:1", proxy="")
    results = finsecure.FinSecureHealthCheck(client=client).run_health_check()
    assert len(results["failed_checks"]) == 4
    assert results["checks"]["connectivity"]["kind"] == "connect"


def test_a_live_key_makes_no_payment() -> None:
    transport = MockTransport().reply({"object": "balance", "livemode": True})
    client = finsecure.Client("sk_live_1", transport=transport)
    results = finsecure.FinSecureHealthCheck(client=client).run_health_check()
    assert results["checks"]["payment_creation"]["skipped"]
    assert {request.method for request in transport.requests} == {"GET"}


def test_the_optimized_client(finsecure_server: Server) -> None:
    with finsecure.OptimizedFinSecureClient(finsecure_server.secret_key, api_base=finsecure_server.url) as client:
        intent = client.create_payment_intent(amount=2000, currency="usd", payment_method_types=["card"])
        assert (intent.amount, intent["currency"]) == (2000, "usd")
        with pytest.raises(finsecure.InvalidRequestError):
            client.create_payment_intent(amount=-1, currency="usd")
