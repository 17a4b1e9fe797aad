"""`finsecure-server worker`."""

from __future__ import annotations

import os
import sys

import click
import structlog
import uvloop

from finsecure_server import serve as server
from finsecure_server.commands import terminal
from finsecure_server.opening import location
from finsecure_server.payment_methods.keys import Keys

log = structlog.get_logger()


@click.command(cls=terminal.Command)
@terminal.data_option
@terminal.database_option
@click.option("--log", metavar="LEVEL", help="debug, info, warning or error; info if not given.")
@terminal.json_option
def worker(as_json: bool, **flags: object) -> None:
    """Do what is due beside servers that answer calls: timers, payouts, deliveries. PostgreSQL only.

    As many as you like, on any machine that has the master keys. On SIGTERM and on Ctrl-C it takes nothing new and
    finishes what is under way; a second one ends it at once. Servers with FINSECURE_WORK=elsewhere leave all of the
    work to workers.
    """
    settings = terminal.settings_of(**flags)
    watched = sys.stdout.isatty() and sys.stderr.isatty()
    terminal.log_to_stderr(settings.log)

    def ready(vault_keys: Keys) -> None:
        where = location(settings)
        terminal.answer(
            as_json,
            {"status": "working", "database": where, "vault_keys": vault_keys.source},
            f"FinSecure does what is due in {where}. Ctrl-C stops it.",
        )

    def stopping() -> None:
        if watched:
            terminal.note("Stopping: what is under way is finished first. Ctrl-C again ends it at once.")
        else:
            log.info("stopping", grace_seconds=server.GRACE_SECONDS)

    code = uvloop.run(server.work(settings, dict(os.environ), ready, stopping))
    if not watched:
        log.info("stopped", at_once=code != 0)
    sys.exit(code)
