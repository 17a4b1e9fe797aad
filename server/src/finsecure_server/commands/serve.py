"""`finsecure-server serve`."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Final

import click
import structlog
import uvloop

from finsecure_server import serve as server
from finsecure_server.commands import terminal
from finsecure_server.commands.account import credentials, places
from finsecure_server.opening import location
from finsecure_server.serve import Started
from finsecure_server.settings import Settings

log = structlog.get_logger()

MODES: Final = """\
Test mode simulates every payment: no card network is attached, and no money moves.
Live mode refuses payments until a processor is configured."""


@click.command(cls=terminal.Command)
@terminal.data_option
@terminal.database_option
@click.option("--host", metavar="HOST", help="Address to listen on; 127.0.0.1 if not given.")
@click.option("--port", metavar="PORT", help="Port to listen on; 4242 if not given, 0 for any that is free.")
@click.option("--public-url", metavar="URL", help="How others reach this server, if not on host and port.")
@click.option("--tls-cert", metavar="FILE", help="Certificate chain (PEM), to serve HTTPS.")
@click.option("--tls-key", metavar="FILE", help="Its private key (PEM).")
@click.option("--rate-limit", metavar="NUMBER", help="Requests per second and key, or off; 100 if not given.")
@click.option("--log", metavar="LEVEL", help="debug, info, warning or error; info if not given.")
def serve(**flags: object) -> None:
    """Serve the API. An empty database gets an account, and its keys are printed.

    On SIGTERM and on Ctrl-C it takes no new calls and finishes those under way; a second one ends it at once.
    """
    settings = terminal.settings_of(**flags)
    watched = sys.stdout.isatty() and sys.stderr.isatty()
    terminal.log_to_stderr("error" if watched else settings.log)  # the greeting says the same, for people
    if exposed(settings):
        terminal.warn(
            f"listening on {settings.host} without TLS: keys and card numbers cross the network in clear. "
            "Give --tls-cert and --tls-key, or put a proxy in front and name it in FINSECURE_TRUSTED_PROXIES."
        )
    program, same = terminal.this_program(), terminal.same_database()

    def listening(started: Started) -> None:
        click.echo(greeting(settings, started, f"{program} keys create{same}", f"{program} worker"))
        if watched:
            terminal.log_to_stderr(settings.log)
            return
        log.info(
            "listening",
            url=started.url,
            public_url=started.public_url,
            database=location(settings),
            work=settings.work,
            vault_keys=started.vault_keys.source,
            vault_keys_made=started.vault_keys.created,
        )

    def stopping() -> None:
        if watched:
            terminal.note("Stopping: calls under way are finished first. Ctrl-C again ends it at once.")
        else:
            log.info("stopping", grace_seconds=server.GRACE_SECONDS)

    code = uvloop.run(server.serve(settings, dict(os.environ), listening, stopping))
    if not watched:
        log.info("stopped", at_once=code != 0)
    sys.exit(code)


def exposed(settings: Settings) -> bool:
    """Whether others on the network can read what is sent: no TLS, no proxy that has it, and not only this machine."""
    if settings.tls_cert is not None or settings.trusted_proxies:
        return False
    try:
        return not ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        return settings.host != "localhost"


def greeting(settings: Settings, started: Started, new_key: str, worker: str) -> str:
    """What the operator sees when the server listens. `new_key` makes one; `worker` does what is due elsewhere."""
    lines = [f"FinSecure is listening on {started.url}"]
    if started.public_url != started.url:
        lines.append(f"Others reach it on {started.public_url}")
    if settings.work == "elsewhere":
        lines.append(f"What is due is done by `{worker}`, not by this process.")
    lines += [MODES, "", *pages(started.public_url), *places(settings, started.vault_keys)]
    if started.opened is None:
        lines += ["", f"The keys were shown when the account was made. For a new one: {new_key}"]
    else:
        lines += [*credentials(started.opened), "", "Take a payment:", ""]
        lines.append(first_payment(started.url, started.opened.secret_test))
        lines += ["", f"Whatever it answers can be pasted into the search box of {started.public_url}/help"]
    return "\n".join([*lines, "", "Ctrl-C stops it."])


def pages(public_url: str) -> list[str]:
    """Where a browser finds what there is to read."""
    return [f"  help center      {public_url}/help", f"  API reference    {public_url}/docs/api"]


def first_payment(url: str, secret_key: str) -> str:
    """One line that takes a payment."""
    return (
        f"  curl {url}/v1/payment_intents -u {secret_key}: "
        "-d amount=2000 -d currency=usd -d payment_method=pm_card_visa -d confirm=true"
    )
