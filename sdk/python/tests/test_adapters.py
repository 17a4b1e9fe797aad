"""Webhooks in four frameworks, each called as it is called in production: over its own test client."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import django  # type: ignore[import-untyped]  # Django ships no types
import fastapi
import flask
import pytest
from django.conf import settings as django_settings  # type: ignore[import-untyped]  # Django ships no types
from django.test import RequestFactory  # type: ignore[import-untyped]  # Django ships no types
from starlette.applications import Starlette
from starlette.routing import Route

import finsecure
from finsecure.adapters import SeenEvents, Webhooks
from finsecure.adapters import django as for_django
from finsecure.adapters import fastapi as for_fastapi
from finsecure.adapters import flask as for_flask
from finsecure.adapters import starlette as for_starlette
from finsecure.testing import SECRET, signed_event

Post = Callable[[bytes, Any], tuple[int, str]]

if not django_settings.configured:
    django_settings.configure(ALLOWED_HOSTS=["*"], DEFAULT_CHARSET="utf-8")
    django.setup()


def flask_app(hooks: Webhooks) -> Post:
    app = flask.Flask(__name__)
    app.register_blueprint(for_flask.blueprint(hooks, "/webhook"))

    def post(body: bytes, headers: Any) -> tuple[int, str]:
        reply = app.test_client().post("/webhook", data=body, headers=headers)
        return reply.status_code, reply.text

    return post


def django_app(hooks: Webhooks) -> Post:
    view = for_django.view(hooks)

    def post(body: bytes, headers: Any) -> tuple[int, str]:
        reply = view(RequestFactory().post("/webhook", body, content_type="application/json", headers=headers))
        return reply.status_code, reply.content.decode()

    return post


def starlette_app(hooks: Webhooks) -> Post:
    return over_asgi(Starlette(routes=[Route("/webhook", for_starlette.endpoint(hooks), methods=["POST"])]))


def fastapi_app(hooks: Webhooks) -> Post:
    app = fastapi.FastAPI()
    app.include_router(for_fastapi.router(hooks, "/webhook"))
    return over_asgi(app)


def over_asgi(app: Any) -> Post:
    """The application, called as a server calls it."""

    def post(body: bytes, headers: Any) -> tuple[int, str]:
        sent: list[Any] = []
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/webhook",
            "raw_path": b"/webhook",
            "query_string": b"",
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in dict(headers).items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        with suppress(RuntimeError):  # Starlette raises it again for the server to log, after its 500
            asyncio.run(app(scope, receive, send))
        return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:]).decode()

    return post


ASGI = (starlette_app, fastapi_app)
FRAMEWORKS = (flask_app, django_app, *ASGI)
MADE = signed_event("payment_intent.succeeded", {"id": "pi_1", "object": "payment_intent", "amount": 2000})


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_an_event_reaches_its_handlers_once(framework: Callable[[Webhooks], Post]) -> None:
    hooks = Webhooks(SECRET)
    seen: list[tuple[str, Any]] = []
    hooks.on("payment_intent.succeeded")(lambda event: seen.append(("exact", event.data.object.amount)))
    hooks.on("payment_intent.*")(lambda event: seen.append(("object", event.id)))
    hooks.on("*")(lambda event: seen.append(("all", event.type)))
    hooks.on("customer.created")(lambda _: seen.append(("other", None)))
    post = framework(hooks)
    assert post(MADE.body, MADE.headers) == (200, "OK")
    assert [kind for kind, _ in seen] == ["all", "object", "exact"]
    assert seen[2] == ("exact", 2000)
    assert post(MADE.body, MADE.headers) == (200, "OK: handled before")
    assert len(seen) == 3


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_what_is_not_to_be_trusted_is_refused_with_its_cause(
    framework: Callable[[Webhooks], Post], caplog: pytest.LogCaptureFixture
) -> None:
    hooks = Webhooks(SECRET)
    hooks.on("*")(lambda _: pytest.fail("handled"))
    post = framework(hooks)
    with caplog.at_level(logging.WARNING, "finsecure.webhooks"):
        assert post(MADE.body, {})[0] == 400
        status, text = post(MADE.body.replace(b":2000", b": 2000"), MADE.headers)
    assert (status, text.partition(":")[0]) == (400, "body_reencoded")
    old = signed_event("customer.created", {"id": "cus_1"}, timestamp=1_700_000_000)
    assert post(old.body, old.headers)[1].startswith("timestamp_out_of_tolerance")
    assert SECRET not in caplog.text
    assert "missing_header" in caplog.text


@pytest.mark.parametrize("framework", ASGI)
def test_async_handlers_are_awaited(framework: Callable[[Webhooks], Post]) -> None:
    hooks = Webhooks(SECRET)
    seen = []

    @hooks.on("payment_intent.succeeded")
    async def fulfil(event: finsecure.Event) -> None:
        seen.append(event.id)

    assert framework(hooks)(MADE.body, MADE.headers) == (200, "OK")
    assert len(seen) == 1


@pytest.mark.parametrize("framework", ASGI)
def test_a_handler_that_fails_is_asked_again(framework: Callable[[Webhooks], Post]) -> None:
    hooks = Webhooks(SECRET)
    calls: list[int] = []

    @hooks.on("payment_intent.succeeded")
    def fulfil(event: finsecure.Event) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("the database is down")

    post = framework(hooks)
    assert post(MADE.body, MADE.headers)[0] == 500
    assert post(MADE.body, MADE.headers) == (200, "OK")
    assert len(calls) == 2


def test_the_same_event_twice_at_one_moment() -> None:
    hooks = Webhooks(SECRET)
    inside, go = threading.Event(), threading.Event()

    @hooks.on("*")
    def slow(event: finsecure.Event) -> None:
        inside.set()
        assert go.wait(5)

    thread = threading.Thread(target=hooks.handle, args=(MADE.body, MADE.headers))
    thread.start()
    assert inside.wait(5)
    assert hooks.handle(MADE.body, MADE.headers)[0] == 503
    go.set()
    thread.join()
    assert hooks.handle(MADE.body, MADE.headers) == (200, "OK: handled before")


def test_an_async_handler_in_a_framework_that_blocks() -> None:
    hooks = Webhooks(SECRET)

    @hooks.on("*")
    async def fulfil(event: finsecure.Event) -> None: ...

    with pytest.raises(TypeError, match="async"):
        hooks.handle(MADE.body, MADE.headers)


def test_the_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = Webhooks()
    with pytest.raises(finsecure.ConfigurationError, match="FINSECURE_WEBHOOK_SECRET"):
        hooks.handle(MADE.body, MADE.headers)
    monkeypatch.setenv("FINSECURE_WEBHOOK_SECRET", f"whsec_AAAA, {SECRET}")
    assert hooks.handle(MADE.body, MADE.headers) == (200, "OK")


def test_limits() -> None:
    hooks = Webhooks(SECRET)
    assert hooks.handle(b"x" * (1 << 21), MADE.headers)[0] == 413
    none = signed_event("x", {})
    assert hooks.handle(b"{}", {**none.headers})[0] == 400
    seen = SeenEvents(most=2)
    for one in ("a", "b", "c"):
        assert seen.claim(one) == "new"
        seen.done(one)
    assert [seen.claim(one) for one in ("b", "c", "a")] == ["done", "done", "new"]


def test_only_post() -> None:
    reply = for_django.view(Webhooks(SECRET))(RequestFactory().get("/webhook"))
    assert reply.status_code == 405
