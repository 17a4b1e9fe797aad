"""`finsecure errors` and `finsecure cards`: the tables of the server, at hand without it."""

from __future__ import annotations

from typing import Any, Final

import click

from finsecure.cli import explain
from finsecure.cli.data_tables import table
from finsecure.cli.explanation import say
from finsecure.cli.failures import NOT_FOUND, Stop
from finsecure.cli.flags import command
from finsecure.cli.session import Session, with_session


@command("errors")
@click.argument("word", required=False)
@click.option("--kind", type=click.Choice(["error", "decline", "delivery_failure"]), help="Only these.")
@click.option(
    "--side", type=click.Choice(["developer", "merchant", "payer", "issuer", "finsecure"]), help="Whose side."
)
@click.option("--status", type=int, help="Those that come with this HTTP status.")
@with_session
def errors(session: Session, word: str | None, kind: str | None, side: str | None, status: int | None) -> None:
    """Every error and decline code. With a code all that is known of it, with another word those it occurs in."""
    rows = table("errors")
    if word in rows:
        say(session.out, explain.explanation(session, word))
        return
    wanted = (word or "").lower()
    found = [
        row
        for row in rows.values()
        if (not kind or row["kind"] == kind)
        and (not side or row["side"] == side)
        and (not status or row.get("status") == status)
        and (wanted in row["code"] or wanted in row["meaning"].lower())
    ]
    if not found:
        raise Stop(f"No code fits {word or 'this'!r}.", "finsecure errors lists all of them.", code=NOT_FOUND)
    if session.flags.json:
        session.out.json({"schema": "finsecure.errors/1", "errors": found})
        return
    cells = [[row["code"], str(row.get("status", "")), row["side"], row["meaning"]] for row in found]
    session.out.table(["code", "status", "side", "meaning"], cells)
    session.out.note(f"{len(found)} codes. finsecure explain CODE says what to do.")


@command("cards")
@click.argument("word", required=False)
@click.option("--decline", metavar="CODE", help="Cards that decline for this reason.")
@with_session
def cards(session: Session, word: str | None, decline: str | None) -> None:
    """Test cards, and what each does. WORD picks those it occurs in: a brand, a country, 3-D Secure, dispute."""
    wanted = _SHORT.get((word or "").lower(), (word or "").lower()).replace(" ", "")
    found = [
        {"payment_method": name, **row}
        for name, row in table("cards").items()
        if (not decline or row["decline_code"] == decline) and wanted in _haystack(name, row)
    ]
    if not found:
        raise Stop(f"No test card fits {decline or word!r}.", "finsecure cards lists all of them.", code=NOT_FOUND)
    if session.flags.json:
        session.out.json({"schema": "finsecure.cards/1", "cards": found})
        return
    columns = ["number", "payment_method", "does"]
    session.out.table(columns, [[str(row[one]).replace("`", "") for one in columns] for row in found])
    session.out.note("Any future date of expiry and any security code. Pay: finsecure payments create … --card NAME")


#: Short for what the table calls it.
_SHORT: Final = {"3ds": "3-d secure", "sca": "3-d secure"}


def _haystack(name: str, row: dict[str, Any]) -> str:
    words = [name, row["number"], row["group"], row["brand"], row["country"], row["does"], *row["aliases"]]
    return " ".join(words).lower().replace(" ", "")
