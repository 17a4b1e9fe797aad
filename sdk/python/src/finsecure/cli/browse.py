"""`finsecure open`: a page of the server, in the browser."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import Final

import click

from finsecure.cli.data_tables import table
from finsecure.cli.flags import command
from finsecure.cli.session import Session, chosen, with_session

#: Word → path of the page.
PAGES: Final = {
    "home": "/",
    "help": "/help",
    "api": "/docs/api",
    "errors": "/help/errors",
    "contract": "/openapi.json",
    "health": "/health?ready=1",
}


@command("open")
@click.argument("page", default="home")
@click.option("--list", "list_", is_flag=True, help="List the pages.")
@click.option("--print", "only_print", is_flag=True, help="Print the address, and open nothing.")
@with_session
def open_(session: Session, page: str, list_: bool, only_print: bool) -> None:
    """Open a page of the server: home, help, api, errors, contract, health, or the page of an error or decline code."""
    if list_:
        session.out.table(["page", "address"], [[name, session.base + path] for name, path in PAGES.items()])
        return
    path = f"/help/errors/{page}" if page in table("errors") else PAGES[chosen(page, list(PAGES), "page")]
    show(session, session.base + path, only_print=only_print)


def show(session: Session, url: str, *, only_print: bool = False) -> None:
    """Print an address, and open it where there is a screen."""
    if session.flags.json:
        session.out.json({"schema": "finsecure.open/1", "url": url})
        return
    session.out.line(url)
    if only_print or not sys.stdout.isatty():
        return
    if sys.platform == "linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER")
    ):
        session.out.note("There is no screen here: open it where there is one.")
        return
    webbrowser.open(url)
