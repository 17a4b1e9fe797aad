"""`finsecure api METHOD PATH`: any call, with the key of the profile."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import click

from finsecure.cli import shown_once, values
from finsecure.cli.failures import Stop
from finsecure.cli.flags import command
from finsecure.cli.session import Session, with_session

METHODS: Final = ("GET", "POST", "DELETE", "PUT", "PATCH")


@command("api")
@click.argument("method", type=click.Choice(METHODS, case_sensitive=False))
@click.argument("path")
@click.option("-d", "--data", multiple=True, metavar="KEY=VALUE", help="A parameter; key=@file reads it from a file.")
@click.option("-H", "--header", multiple=True, metavar="NAME: VALUE", help="A header.")
@click.option("--paginate", is_flag=True, help="Every object of a list, over all its pages.")
@click.option("--jsonl", is_flag=True, help="With --paginate: one object to a line, as they come.")
@click.option("--idempotency-key", metavar="KEY", help="The same key twice has one effect.")
@click.option("--curl", is_flag=True, help="Print the call as curl, and do not make it.")
@click.option("-i", "--include", is_flag=True, help="Print the status and headers of the reply on stderr.")
@with_session
def api(
    session: Session, /, method: str, path: str, data: tuple[str, ...], header: tuple[str, ...], **more: Any
) -> None:
    r"""Call any address of the API and print the JSON that it answers.

    \b
    finsecure api GET /v1/balance
    finsecure api GET /v1/payment_intents --paginate --jsonl -d customer=cus_…
    finsecure api POST /v1/refunds -d payment_intent=pi_… -d amount=500
    """
    method = method.upper()
    path, asked = _split(path)
    params = {**asked, **values.pairs(data)}
    headers = dict(_header(one) for one in header)
    if more["curl"]:
        key = {"Idempotency-Key": more["idempotency_key"]} if more["idempotency_key"] else {}
        session.out.line(values.curl(method, session.base + path, params, {**headers, **key}))
        return
    if more["paginate"]:
        if method != "GET":
            raise Stop("--paginate walks a list, which is a GET.")
        _paginate(session, path, params, lines=more["jsonl"])
        return
    shown_once.stop_if_hidden(session, method, path)
    answer = session.call(method, path, params, idempotency_key=more["idempotency_key"], headers=headers, known=False)
    if more["include"]:
        session.out.note(f"HTTP {answer.reply.http_status}")
        for name, value in answer.reply.headers.items():
            session.out.note(f"{name}: {value}")
    session.out.json(answer.data, whole=shown_once.holds_one(answer.data))


def _split(path: str) -> tuple[str, dict[str, Any]]:
    """The path, and the parameters of its query. An address of another host is no path: the key stays here."""
    try:
        parts = urlsplit(path)
        elsewhere = bool(parts.scheme or parts.netloc)
    except ValueError:
        elsewhere = True
    if elsewhere:
        raise Stop("Give a path such as /v1/balance; --api-base says where the API is.")
    whole = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    if not whole.startswith("/v1/") and not whole.startswith(("/health", "/help", "/openapi")):
        whole = f"/v1{whole}"
    return whole, values.pairs(f"{name}={value}" for name, value in parse_qsl(parts.query, keep_blank_values=True))


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise Stop(f"-H takes 'Name: value', and {text!r} is not that.")
    return name.strip(), value.strip()


def _paginate(session: Session, path: str, params: dict[str, Any], *, lines: bool) -> None:
    given = params.pop("limit", None)
    limit = None if given is None else values.whole(str(given))
    if given is not None and (limit is None or limit < 1):
        raise Stop("With --paginate, limit is how many objects at most, over all pages: a whole number above 0.")
    found = session.walk(path, params, limit)
    if lines:
        session.out.json_lines(found)
    else:
        session.out.json({"object": "list", "url": path, "has_more": False, "data": list(found)})
