"""A command for every operation of the contract: `payments create --amount 2000 --currency usd`.

The table that `python -m codegen.operations` writes says which there are. `resources.payment_intents` is the group of
that resource; what is not an option is given with `-d key=value`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import click

from finsecure.cli import cards_by_word, show, shown_once, values
from finsecure.cli.clocks import by_wall
from finsecure.cli.data_tables import table
from finsecure.cli.failures import Stop
from finsecure.cli.flags import Command, Group, flags
from finsecure.cli.session import Session

#: What methods of the SDK are called here.
_VERBS: Final = {"retrieve": "get"}
#: Commands of a group that are written by hand, in place of what the contract gives or beside it.
_BY_HAND: Final = {
    "events": {"resend": "finsecure.cli.resend:resend"},
    "request_logs": {"tail": "finsecure.cli.logs:tail"},
    "webhook_endpoints": {
        "replay": "finsecure.cli.replay:replay",
        "test": "finsecure.cli.hooks:test",
        "send-test-event": "finsecure.cli.hooks:send_test_event",
    },
}
_DANGEROUS: Final = frozenset({"delete", "revoke"})


def __getattr__(name: str) -> Group:
    """The group of a resource."""
    if name.startswith("_") or name not in table("operations"):
        raise AttributeError(name)
    return resource(name)


class Resource(Group):
    """The commands of one resource."""

    def __init__(self, resource: str, methods: dict[str, dict[str, Any]]) -> None:
        title = resource.replace(".", " ").replace("_", " ")
        super().__init__(name=resource, help=f"Commands for {title}.", no_args_is_help=True)
        self.resource = resource
        self.methods = {_word(method): (method, row) for method, row in methods.items()}

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*self.methods, *_BY_HAND.get(self.resource, {})}, key=_order)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        name = _ALIASES.get(name, name).replace("_", "-")
        target = _BY_HAND.get(self.resource, {}).get(name)
        if target is not None:
            module, _, attribute = target.partition(":")
            found: click.Command = getattr(import_module(module), attribute)
            return found
        if name not in self.methods:
            return None
        method, row = self.methods[name]
        return _command(self.resource, name, method, row)


_ALIASES: Final = {"retrieve": "get", "show": "get", "ls": "list", "rm": "delete", "new": "create"}
_FIRST: Final = ("list", "get", "create", "update", "confirm", "capture", "cancel")


def _order(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


@functools.cache
def resource(name: str) -> Resource:
    """The group of a resource of the contract."""
    return Resource(name, table("operations")[name])


def _word(method: str) -> str:
    return _VERBS.get(method, method.replace("retrieve_", "get_")).replace("_", "-")


def _command(resource: str, name: str, method: str, row: dict[str, Any]) -> Command:
    """One operation as a command."""
    params: list[click.Parameter] = [click.Argument([f"in_path_{one}"], metavar=one.upper()) for one in row["ids"]]
    params += [option for one in row["params"] for option in _options(one)]
    if resource == "payment_intents" and method in {"create", "confirm"}:
        params.append(
            click.Option(["--card"], metavar="CARD", help="Test card: visa, a decline code, or see finsecure cards.")
        )
    params.append(click.Option(["-d", "--data"], multiple=True, metavar="KEY=VALUE", help="Any other parameter."))
    if row["paged"]:
        params += _of_lists()
    else:
        params.append(click.Option(["--id"], is_flag=True, help="Print the id and nothing else."))
    if row["method"] == "POST":
        params.append(click.Option(["--idempotency-key"], metavar="KEY", help="The same key twice has one effect."))
    if method in _DANGEROUS:
        params.append(click.Option(["--yes"], is_flag=True, help="Do not ask."))
    params.append(click.Option(["--curl"], is_flag=True, help="Print the call as curl, and do not make it."))
    return Command(name, params=params, help=f"{row['summary']}.", callback=_callback(resource, method, row))


def _of_lists() -> list[click.Parameter]:
    return [
        click.Option(["--limit"], type=click.IntRange(1), default=10, show_default=True, help="How many at most."),
        click.Option(["--all"], is_flag=True, help="All of them."),
        click.Option(["--fields"], metavar="A,B.C", help="The columns, by name."),
        click.Option(["--jsonl"], is_flag=True, help="One JSON object to a line."),
        click.Option(["--csv"], is_flag=True, help="Comma-separated values with a head."),
        click.Option(["--id"], is_flag=True, help="Print ids and nothing else."),
    ]


def _options(param: dict[str, Any]) -> list[click.Parameter]:
    """The options of one parameter. What the API requires it refuses best itself, by name; so nothing is required."""
    name = param["name"]
    flag = "--" + name.replace("_", "-")
    says = param.get("help", "") + (" Needed." if param["required"] else "")
    kind = param["kind"]
    if kind == "times":
        return [
            click.Option(["--since"], metavar="TIME", help="From this time on: 10m, 2h, 3d, or a date."),
            click.Option(["--until"], metavar="TIME", help="Before this time."),
        ]
    if kind == "boolean":
        return [click.Option([f"{flag}/--no-{flag[2:]}", name], default=None, help=says)]
    if kind == "words":
        return [click.Option([flag, name], type=click.Choice(param["words"]), help=says)]
    if kind == "list":
        return [click.Option([flag, name], multiple=True, metavar="VALUE", help=f"{says} Again for more.".strip())]
    if kind == "map":
        return [click.Option([flag, name], multiple=True, metavar="KEY=VALUE", help=f"{says} Again for more.".strip())]
    return [click.Option([flag, name], metavar="NUMBER" if kind == "integer" else "TEXT", help=says)]


def parameters(row: dict[str, Any], given: dict[str, Any], moment: Callable[[str], int]) -> dict[str, Any]:
    """The parameters of a call from what its options were given. Names in brackets, values as texts.

    `moment`: the seconds since 1970 of a word for a time.
    """
    found: dict[str, Any] = {}
    for param in row["params"]:
        name, kind = param["name"], param["kind"]
        if kind == "times":
            found |= _times(given, moment)
            continue
        value = given.get(name)
        if value is None or value == ():
            continue
        if kind == "boolean":
            found[name] = "true" if value else "false"
        elif kind == "list":
            found[name] = [part for one in value for part in one.split(",")]
        elif kind == "map":
            found |= {f"{name}[{key}]": text for key, text in values.pairs(value).items()}
        else:
            found[name] = value
    found |= values.pairs(given.get("data") or ())
    return found


def _times(given: dict[str, Any], moment: Callable[[str], int]) -> dict[str, Any]:
    edges = {"created[gte]": given.get("since"), "created[lt]": given.get("until")}
    return {name: moment(text) for name, text in edges.items() if text}


def _callback(resource: str, method: str, row: dict[str, Any]) -> Callable[..., None]:
    def call(**given: Any) -> None:
        session = Session(flags(click.get_current_context()))
        # The call that curl prints is made by nobody: not even the clock is asked for.
        wall = given["curl"] or by_wall(resource.removesuffix("s"), "created")
        params = parameters(row, given, values.moment if wall else session.moment)
        if given.get("card"):
            params = {"payment_method": cards_by_word.card(given["card"]), "confirm": "true", **params}
            if method == "confirm":
                del params["confirm"]
        ids = [given[f"in_path_{one}"] for one in row["ids"]]
        path = row["path"]
        for name, one in zip(row["ids"], ids, strict=True):
            path = path.replace(f"{{{name}}}", _id(one))
        if given["curl"]:
            session.out.line(values.curl(row["method"], session.base + path, params, {}))
            return
        shown_once.stop_if_hidden(session, row["method"], path)
        if method in _DANGEROUS and not given["yes"]:
            session.ask_or_stop(f"{row['summary']}: {', '.join(ids)}. Go on?", "--yes")
        if row["paged"]:
            _list(session, resource, path, params, given, whole="whole" in row)
        else:
            key = given.get("idempotency_key")
            answer = session.call(row["method"], path, params, idempotency_key=key)
            show.one(session, answer, only_id=given["id"])

    return call


def _id(text: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415  because it is needed only here

    if not text.strip() or text in {".", ".."}:
        raise Stop("An id is needed, and it is empty.")
    return quote(text, safe="")


def _list(
    session: Session, resource: str, path: str, params: dict[str, Any], given: dict[str, Any], *, whole: bool
) -> None:
    """`whole`: the list has no pages."""
    limit = None if given["all"] else given["limit"]
    found = session.whole(path, params, limit) if whole else session.walk(path, params, limit)
    columns = [one.strip() for one in (given["fields"] or "").split(",") if one.strip()]
    show.many(
        session, resource, path, found, columns=columns, only_ids=given["id"], lines=given["jsonl"], csv=given["csv"]
    )
