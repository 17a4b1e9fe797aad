"""`worker`: what is due is done beside a server that only answers calls."""

from __future__ import annotations

import json
import signal
import time

import pytest
import stripe

from tests.commands.newcomer import Newcomer
from tests.commands.serving import serving, started, until
from tests.conftest import PostgresDatabases


@pytest.fixture
def beside(newcomer: Newcomer, postgres_url: str) -> Newcomer:
    """A newcomer with a database that several processes reach."""
    newcomer.environ = {"FINSECURE_DATABASE_URL": postgres_url, "FINSECURE_WORK": "elsewhere"}
    return newcomer


def test_a_server_leaves_the_work_to_workers(beside: Newcomer) -> None:
    with serving(beside) as server:
        assert "What is due is done by `python -m finsecure_server worker`, not by this process.\n" in server.out
        client = stripe.StripeClient(server.key, base_addresses={"api": server.url})
        paid = client.v1.payment_intents.create(
            {"amount": 2000, "currency": "usd", "payment_method": "pm_card_createDispute", "confirm": True}
        )
        assert paid.status == "succeeded"
        time.sleep(1.5)  # a server that did the work would have opened the dispute by now
        assert client.v1.disputes.list().data == []
        with started(beside, "worker", "--json") as first, started(beside, "worker", "--log", "debug") as second:
            said = json.loads(first.out)
            assert said.pop("database").startswith("postgresql://")
            assert said == {"schema": 1, "status": "working", "vault_keys": str(beside.key_file)}
            assert second.out.startswith("FinSecure does what is due in postgresql://")
            assert len(second.out.splitlines()) == 1
            until(lambda: len(client.v1.disputes.list().data) == 1)
            assert second.stop(signal.SIGINT) == 0
            assert first.stop() == 0
            for worker in (first, second):
                assert "Traceback" not in worker.err
                assert [line["event"] for line in worker.logged()[-2:]] == ["stopping", "stopped"]
        assert server.stop() == 0
    assert beside.gets("verify").endswith("every invariant holds.\n")


def test_an_embedded_database_has_one_owner(newcomer: Newcomer) -> None:
    said = newcomer.types("worker")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "Error: a worker beside the server needs PostgreSQL. "
        f"One process owns the embedded database {newcomer.database}, and `serve` does the work inside.\n"
    )
    newcomer.environ = {"FINSECURE_WORK": "elsewhere"}
    said = newcomer.types("serve", "--port", "0")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("Error: FINSECURE_WORK: elsewhere needs PostgreSQL.")
    assert newcomer.left_behind() == []


def test_it_makes_nothing(newcomer: Newcomer, postgres_databases: PostgresDatabases) -> None:
    newcomer.environ = {"FINSECURE_DATABASE_URL": postgres_databases.empty()}
    said = newcomer.types("worker")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("Error: there is no FinSecure database at postgresql://")
    newcomer.environ = {"FINSECURE_DATABASE_URL": postgres_databases.fresh()}
    said = newcomer.types("worker")
    assert (said.code, said.out) == (1, "")
    assert said.err == f"Error: The key file {newcomer.key_file} cannot be read: No such file or directory.\n"
    assert newcomer.left_behind() == []
