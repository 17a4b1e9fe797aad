"""What the examples of the API reference need, made by calls of their own; and a shop that takes the webhooks."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import stripe

from finsecure_server.help.api_examples import Example, examples, needed

#: Stands in examples for an address of the reader's own. `prepared` puts another in its place.
SHOP: Final = "https://shop.example.com/webhooks"


@dataclass(frozen=True)
class Step:
    """A call to be made. `again`: it was made before, and what is looked for was not there yet."""

    example: Example
    again: bool = False


def prepared(name: str, shop: str = SHOP) -> Generator[Step, Any, Example]:
    """The example of an operation with real ids. Yields the calls of which they come, and wants the reply of each."""
    found: dict[str, Any] = {}
    example = examples()[name]
    for thing in needed(example):
        call = thing.example().given(found.__getitem__)
        if call.params.get("url") == SHOP:
            call = replace(call, params={**call.params, "url": shop})
        value = thing.taken((yield Step(call)))
        while value is None:
            assert thing.waits, f"{thing.name}: its call does not answer with {thing.take}"
            value = thing.taken((yield Step(call, again=True)))
        found[thing.name] = value
    return example.given(found.__getitem__)


@dataclass
class Shop:
    """A server that answers 200 to what one of its secrets has signed, and 400 to everything else."""

    port: int = 0
    secrets: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks"

    def hear(self, reply: Any) -> None:
        """Remember the secret of an endpoint that was made."""
        if isinstance(reply, dict) and reply.get("object") == "webhook_endpoint" and "secret" in reply:
            self.secrets.append(reply["secret"])

    def takes(self, body: str, signature: str) -> bool:
        """Whether one of the secrets has signed it."""
        for secret in self.secrets:
            try:
                stripe.WebhookSignature.verify_header(body, signature, secret, None)
            except stripe.SignatureVerificationError:
                continue
            return True
        return False


@contextmanager
def open_shop() -> Iterator[Shop]:
    """A shop on a port of its own, for the length of a `with`."""
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            good = shop.takes(body, self.headers["finsecure-signature"] or "")
            self.send_response_only(200 if good else 400)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        shop.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield shop
        finally:
            server.shutdown()
            thread.join()
