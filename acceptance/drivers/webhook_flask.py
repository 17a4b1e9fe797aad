"""The Flask handler as a merchant's server, to which FinSecure delivers; `python -m … BLOCK ADDRESS CERT KEY`."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import sys
import threading
import time
from typing import Any

import flask
import requests
from werkzeug.serving import make_server

from acceptance.drivers import api, block
from acceptance.drivers.checks import expect

URL = "https://hooks.yoursite.com/webhook"

path, address, cert, key = sys.argv[1:]
events: queue.Queue[Any] = queue.Queue()
failing = threading.Event()


def process_webhook_event(event: Any) -> None:
    if failing.is_set():
        raise RuntimeError("the merchant's database is down")
    events.put(event)


def signature(body: str, moment: int, with_secret: str) -> str:
    signed = hmac.new(with_secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"


def post(body: str, header: str) -> tuple[int, str]:
    reply = requests.post(URL, data=body.encode(), headers={"FinSecure-Signature": header}, timeout=10)
    return reply.status_code, reply.text


endpoint = api.call("POST", "/v1/webhook_endpoints", url=URL, enabled_events=["payment_intent.succeeded"])
secret = endpoint["secret"]
app = flask.Flask("merchant")
names = block.run(
    path, app=app, request=flask.request, json=json, WEBHOOK_SECRET=secret, process_webhook_event=process_webhook_event
)
server = make_server(address, 443, app, threaded=True, ssl_context=(cert, key))
threading.Thread(target=server.serve_forever, daemon=True).start()

intent = api.call(
    "POST", "/v1/payment_intents", amount=2000, currency="usd", payment_method="pm_card_visa", confirm=True
)
event = events.get(timeout=20)
expect("the handler got the payment's event", event["type"], "payment_intent.succeeded")
expect("with its object", event["data"]["object"]["id"], intent["id"])

now = int(time.time())
expect("a body that is signed right is taken", post("{}", signature("{}", now, secret)), (200, "OK"))
two = signature("{}", now, "whsec_old") + "," + signature("{}", now, secret).partition(",")[2]
expect("so is one with a second signature, as while a secret is rolled", post("{}", two), (200, "OK"))
expect("another secret is not", post("{}", signature("{}", now, "whsec_x")), (400, "Invalid signature"))
old = signature("{}", now - 301, secret)
expect("nor is one of more than five minutes ago", post("{}", old), (400, "Verification failed"))
expect("nor is a header of another form", post("{}", "t=0"), (400, "Verification failed"))
failing.set()
failed = post("{}", signature("{}", int(time.time()), secret))
expect("a handler that fails answers so that the event is sent again", failed, (500, "Processing failed"))

(delivery,) = api.call("GET", f"/v1/webhook_deliveries?event={event['id']}&webhook_endpoint={endpoint['id']}")["data"]
expect("FinSecure counts the event as delivered", delivery["status"], "delivered")
api.call("DELETE", f"/v1/webhook_endpoints/{endpoint['id']}")
server.shutdown()
