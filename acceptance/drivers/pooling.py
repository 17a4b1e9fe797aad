"""The pooled client; `python -m … BLOCK`. With urllib3 1 it works, with 2 it is refused as the migration notes say."""

from __future__ import annotations

import importlib.metadata
import sys

import requests

from acceptance.drivers import api, block
from acceptance.drivers.checks import expect

make = block.run(sys.argv[1])["OptimizedFinSecureClient"]
if importlib.metadata.version("urllib3").startswith("2."):
    try:
        make(api.KEY)
    except TypeError as error:
        expect("urllib3 2 refuses method_whitelist", "method_whitelist" in str(error))
        sys.exit()
    sys.exit("not so  urllib3 2 refuses method_whitelist: it took it, and the migration note is out of date")

client = make(api.KEY)
intents = [client.create_payment_intent(amount=2000, currency="usd")["id"] for _ in range(3)]
expect("three payments are three", len(set(intents)), 3)
expect("FinSecure has them", api.call("GET", f"/v1/payment_intents/{intents[0]}")["amount"], 2000)
pools = client.session.get_adapter(api.API).poolmanager.pools
(pool,) = (pools[key] for key in pools.keys())  # noqa: SIM118  because it cannot be iterated
expect("over one connection", (pool.num_requests, pool.num_connections), (3, 1))
try:
    client.create_payment_intent(amount=2000, currency="usd", payment_method=api.INSUFFICIENT, confirm=True)
except requests.HTTPError as declined:
    expect("a decline raises, with the reply", declined.response.json()["error"]["decline_code"], "insufficient_funds")
else:
    sys.exit("not so  a decline raises")
