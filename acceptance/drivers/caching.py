"""The cached client before a real Valkey; `python -m … BLOCK CACHE_URL`."""

from __future__ import annotations

import sys
from typing import Any

import redis

from acceptance.drivers import api, block
from acceptance.drivers.checks import expect

path, cache_url = sys.argv[1:]
base: Any = block.run(path)["CachedFinSecureClient"]
asked: list[str] = []


class Client(base):  # type: ignore[misc]  # the document's class is known only once its block has run
    """With the one method that the document leaves to the reader."""

    def _api_get_customer(self, customer_id: str) -> Any:
        asked.append(customer_id)
        return api.call("GET", f"/v1/customers/{customer_id}")


customer = api.call("POST", "/v1/customers", email="ann@example.com")
ann, key = customer["id"], f"customer:{customer['id']}"
client = Client(api.KEY, cache_url)
cache = redis.from_url(cache_url)

expect("the customer comes from the API", client.get_customer(ann)["email"], "ann@example.com")
expect("the second time from the cache", (client.get_customer(ann)["email"], len(asked)), ("ann@example.com", 1))
expect("where it is kept for five minutes", 290 < cache.ttl(key) <= 300)
expect("or from the API, if that is asked for", (client.get_customer(ann, use_cache=False)["id"], len(asked)), (ann, 2))
api.call("POST", f"/v1/customers/{ann}", email="bob@example.com")
client.invalidate_customer_cache(ann)
expect("what is invalidated is gone", cache.get(key), None)
expect("and the update is seen", (client.get_customer(ann)["email"], len(asked)), ("bob@example.com", 3))
bare = Client(api.KEY)
expect("without a cache it asks each time", (bare.get_customer(ann)["id"], bare.get_customer(ann)["id"]), (ann, ann))
expect("which is two calls more", len(asked), 5)
