"""One call, from its handler to the bytes of its reply.

A GET looks at what is committed. A POST or DELETE is one command: claim the idempotency key, do the work, keep the
reply, all in the same transaction; when the work has to ask somebody outside, the first transaction ends with the
question and a second one settles, finishes the key and keeps the reply.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog
from msgspec import UNSET

from finsecure_server.core.env import Env
from finsecure_server.core.errors import ANSWERED, RULES, Code, NoSuch, Refused
from finsecure_server.storage.database import CommitUnknown, Database, Reader, Tx, Unavailable
from finsecure_server.storage.drive import Ask, drive
from finsecure_server.web import idempotency, render
from finsecure_server.web.idempotency import Claim, Kept, Unfinished
from finsecure_server.web.router import Answer, Call, Route, as_bytes

log = structlog.get_logger()


@dataclass(slots=True)
class Reply:
    """What goes back."""

    status: int
    body: bytes
    object_id: str | None = None
    replayed: bool = False
    version: str | None = None  # of a kept reply: in whose shape it is, whatever this call asks for
    content_type: str = "application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    kept: bytes | None = None  # what a repeat gets instead of `body`
    reader: str | None = None  # as in Answer


@dataclass(frozen=True, slots=True)
class Kitchen:
    """What every command needs."""

    db: Database
    expansion: render.Expansion
    public_url: str


async def run(kitchen: Kitchen, route: Route, call: Call[Any], env: Env, claim: Claim | None) -> Reply:
    """Carry out one call. Raises Refused, Unavailable."""
    try:
        return await _run(kitchen, route, call, env, claim)
    except NoSuch as missing:
        raise await _in_which_mode(kitchen, env, missing) from None


async def _in_which_mode(kitchen: Kitchen, env: Env, missing: Refused) -> Refused:
    """Whoever has what they asked for in their other mode is told so; of others' objects nobody hears anything."""
    if not isinstance(missing, NoSuch) or not env.account:
        return missing
    other = env.of(env.account, not env.livemode, 0)
    there = await kitchen.db.read(lambda reader: kitchen.expansion.has(reader, other, missing.kind, missing.object_id))
    return missing.in_other_mode(livemode=env.livemode) if there else missing


async def _run(kitchen: Kitchen, route: Route, call: Call[Any], env: Env, claim: Claim | None) -> Reply:
    if route.offline is not None:
        offline = route.offline(env, call) if not route.busy else await asyncio.to_thread(route.offline, env, call)
        if offline is not None:
            return Reply(
                offline.status,
                as_bytes(offline.body),
                content_type=offline.content_type,
                headers=offline.headers,
                reader=offline.reader,
            )
    _check_expansion(kitchen, route, call, env)
    if route.writable:
        await kitchen.db.check_writable()
    if route.method == "GET":
        return await kitchen.db.read(lambda reader: _reply(kitchen, reader, env, call, route.handle(reader, env, call)))
    if claim is None:
        try:
            return await drive(
                kitchen.db, lambda tx: _finish(kitchen, tx, env, call, None, route.handle(tx, env, call))
            )
        except CommitUnknown as error:
            raise Refused(Code.INTERNAL_ERROR) from error
    try:
        return await drive(kitchen.db, lambda tx: _start(kitchen, tx, env, call, route, claim))
    except Refused as refused:
        if refused.code in _NEVER_KEPT:
            raise
        return await _keep(kitchen, env, claim, await _in_which_mode(kitchen, env, refused))
    except Unavailable:
        raise
    except CommitUnknown as error:
        return await _found(kitchen, env, claim, error)
    except Exception:  # a bug of ours: the transaction is rolled back, and a repeat must not run into it blindly
        log.exception("internal error", request_id=env.request_id, operation=route.operation)
        return await _keep(kitchen, env, claim, Refused(Code.INTERNAL_ERROR))


def _check_expansion(kitchen: Kitchen, route: Route, call: Call[Any], env: Env) -> None:
    """Before the work begins: afterwards an error could take back what is written, but not what is done."""
    paths = getattr(call.params, "expand", UNSET)
    if paths is UNSET:
        return
    if env.publishable and paths:
        raise Refused(
            Code.EXPAND_INVALID,
            "A publishable key cannot expand objects: they would show more than a payer may see.",
            param="expand",
        )
    kitchen.expansion.check(route.returns, paths)


#: Conflicts with another call, or the platform's own passing troubles: the same key may try again.
_NEVER_KEPT: Final = frozenset(
    {Code.IDEMPOTENCY_MISMATCH, *(code for code, rule in RULES.items() if rule.transient and code not in ANSWERED)}
)


def _start(kitchen: Kitchen, tx: Tx, env: Env, call: Call[Any], route: Route, claim: Claim) -> Reply | Ask[Any, Reply]:
    earlier = idempotency.earlier(tx, env, claim)
    if isinstance(earlier, Kept):
        return _replayed(earlier)
    if isinstance(earlier, Unfinished):
        if route.recover is None:
            raise Refused(Code.IDEMPOTENCY_KEY_IN_USE)
        return _finish(kitchen, tx, env, call, claim, route.recover(tx, env, earlier.object_id), started=True)
    return _finish(kitchen, tx, env, call, claim, route.handle(tx, env, call))


def _replayed(kept: Kept) -> Reply:
    return Reply(kept.status, kept.response, replayed=True, version=kept.version)


def _finish(
    kitchen: Kitchen, tx: Tx, env: Env, call: Call[Any], claim: Claim | None, answer: Any, *, started: bool = False
) -> Reply | Ask[Any, Reply]:
    if isinstance(answer, Ask):
        if claim is not None and not started:
            idempotency.start(tx, env, claim, answer.about)
        return Ask(answer.question, partial(_settled, kitchen, env, call, claim, answer), answer.about)
    if getattr(call.params, "expand", UNSET) is not UNSET:
        tx.flush()  # what this call has made may be what is to be expanded
    reply = _reply(kitchen, tx, env, call, answer, forgiving=started)
    if claim is not None:
        end = idempotency.finish if started else idempotency.keep
        end(tx, env, claim, reply.status, reply.kept or reply.body, reply.object_id)
    return reply


def _settled(
    kitchen: Kitchen, env: Env, call: Call[Any], claim: Claim | None, asked: Ask[Any, Any], tx: Tx, reply: Any
) -> Reply | Ask[Any, Reply]:
    return _finish(kitchen, tx, env, call, claim, asked.then(tx, reply), started=True)


def _reply(
    kitchen: Kitchen, reader: Reader, env: Env, call: Call[Any], answer: Any, *, forgiving: bool = False
) -> Reply:
    if not isinstance(answer, Answer):
        answer = Answer(answer)
    body = as_bytes(answer.body)
    if answer.content_type == "application/json":
        paths = getattr(call.params, "expand", UNSET)
        if paths is not UNSET and answer.status == 200:
            body = kitchen.expansion.expand(reader, env, body, paths, forgiving=forgiving)
        body = render.at_version(body, env.version)
    object_id = answer.object_id or getattr(answer.body, "id", None)
    return Reply(
        answer.status,
        body,
        object_id,
        content_type=answer.content_type,
        headers=answer.headers,
        kept=answer.kept,
        reader=answer.reader,
    )


async def _found(kitchen: Kitchen, env: Env, claim: Claim, error: CommitUnknown) -> Reply:
    """Whether the work was committed is not known: its reply under the key would tell.

    Without one, the same key may try again, whatever became of it.
    """
    earlier = await kitchen.db.write(lambda tx: idempotency.earlier(tx, env, claim))
    if isinstance(earlier, Kept):
        return _replayed(earlier)
    raise Unavailable("the outcome of a commit is not known") from error


async def _keep(kitchen: Kitchen, env: Env, claim: Claim, refused: Refused) -> Reply:
    """The refusal rolled everything back, its key too; keep the reply under the key, unless a twin was faster."""
    status, body = render.refusal(refused, env.request_id or "", kitchen.public_url)

    def keep(tx: Tx) -> Reply:
        try:
            earlier = idempotency.earlier(tx, env, claim)
        except Refused:  # our own first half is committed and holds the key; its sweep will finish it
            return Reply(status, body)
        if isinstance(earlier, Kept):
            return _replayed(earlier)
        headers: tuple[tuple[bytes, bytes], ...] = ()
        if "allow" in refused.details:
            headers = ((b"allow", str(refused.details["allow"]).encode()),)
        if earlier is None:
            idempotency.keep(tx, env, claim, status, body, None)
            if refused.rule.transient:
                headers += ((b"finsecure-should-retry", b"false"),)  # with this key it would only bring this reply
        return Reply(status, body, headers=headers)

    return await kitchen.db.write(keep)


def decline(refused: Refused, env: Env, object_id: str) -> Answer:
    """A decline as an answer: committed, kept under its key, and shaped like every other error."""
    status, body = render.refusal(refused, env.request_id or "", env.public_url)
    # It is carried out: sent again with its key it brings this reply, and without one it may take effect twice.
    headers = ((b"finsecure-should-retry", b"false"),) if status >= 500 else ()
    return Answer(body, status, object_id, headers=headers)
