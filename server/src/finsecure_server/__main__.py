"""`finsecure-server`: run the platform, and look after it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

import click
import structlog
import uvloop

from finsecure_server import __version__
from finsecure_server import serve as server
from finsecure_server.accounts import ops as accounts
from finsecure_server.accounts import store as accounts_store
from finsecure_server.app import now_us
from finsecure_server.diagnostics.verify import verify as verify_all
from finsecure_server.payment_methods import keys as master_keys
from finsecure_server.payment_methods import vault_ops, vault_store
from finsecure_server.payment_methods.keys import KeysError
from finsecure_server.payment_methods.vault import Vaults
from finsecure_server.settings import Settings, SettingsError
from finsecure_server.storage import backup as backups
from finsecure_server.storage import migrate as migrations
from finsecure_server.storage.admin import Unfit
from finsecure_server.storage.database import Unavailable
from finsecure_server.storage.engines import open_database
from finsecure_server.storage.urls import shown

TROUBLE: Final = (SettingsError, KeysError, Unfit, Unavailable, OSError, ValueError)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end on uvloop; what the operator can mend is said in one line, without a traceback."""
    try:
        return uvloop.run(work)
    except TROUBLE as error:
        raise click.ClickException(str(error)) from error


def guarded(work: Callable[[], Any]) -> Any:
    """The same for what needs no loop."""
    try:
        return work()
    except TROUBLE as error:
        raise click.ClickException(str(error)) from error


def settings_of(**flags: object) -> Settings:
    """The settings; warnings go to stderr."""
    settings: Settings = guarded(lambda: Settings.load(os.environ, flags))
    for warning in settings.warnings:
        click.echo(f"warning: {warning}", err=True)
    return settings


data_option = click.option("--data", type=click.Path(path_type=Path), help="Directory of the embedded database.")
database_option = click.option("--database-url", help="sqlite:///… or postgresql://…; instead of --data.")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="finsecure-server")
def main() -> None:
    """FinSecure: a self-hosted payments platform that resolves its own failures."""
    log_to_stderr("info")  # stdout is for what was asked



@main.command()
@data_option
@database_option
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@click.option("--public-url", help="How others reach this server.")
@click.option("--tls-cert", help="Certificate chain (PEM), to serve HTTPS.")
@click.option("--tls-key", help="Its private key (PEM).")
@click.option("--rate-limit", help="Requests per second and key, or off.")
@click.option("--log", help="debug, info, warning or error.")
def serve(**flags: object) -> None:
    """Serve the API. An empty data directory gets an account, and its keys are printed."""
    settings = settings_of(**flags)
    log_to_stderr(settings.log)
    run(server.serve(settings, dict(os.environ), click.echo))


@main.command()
@data_option
@database_option
@click.option("--name", default="My business", show_default=True, help="The account's name.")
@click.option("--secret-key", help="A test key of yours to use (sk_test_…), instead of a random one.")
@json_option
def init(data: Path | None, database_url: str | None, name: str, secret_key: str | None, as_json: bool) -> None:
    """Make an account, and print its test and live keys once."""
    settings = settings_of(data=data, database_url=database_url)
    opened = run(_init(settings, name, secret_key))
    if as_json:
        click.echo(json.dumps({"schema": 1, **opened._asdict()}))
    else:
        click.echo("\n".join(server.credentials(opened)))
        click.echo(f"\nServe it: finsecure-server serve --data {settings.data}")


async def _init(settings: Settings, name: str, secret_key: str | None) -> accounts.OpenedAccount:
    db, _ = await server.prepare(settings, dict(os.environ))
    try:
        return await db.write(lambda tx: accounts.open_account(tx, now_us(), os.urandom, name, secret_key))
    finally:
        await db.close()


@main.command()
@data_option
@database_option
@json_option
def verify(data: Path | None, database_url: str | None, as_json: bool) -> None:
    """Prove the books on live data: every invariant, every row. Exits 1 and names the row if one does not hold."""
    settings = settings_of(data=data, database_url=database_url)
    report = run(_verify(settings, None if as_json else _progress("verify")))
    if as_json:
        click.echo(json.dumps({"schema": 1, **report.as_dict()}))
    else:
        click.echo(report.text())
    sys.exit(0 if report.clean else 1)


async def _verify(settings: Settings, progress: Any) -> Any:
    guarded(lambda: migrations.status(settings.database_url))
    db = open_database(settings.database_url)
    try:
        return await verify_all(db, progress)
    finally:
        await db.close()


@main.group()
def migrate() -> None:
    """The database's schema."""


@migrate.command("status")
@data_option
@database_option
def migrate_status(data: Path | None, database_url: str | None) -> None:
    """Which migrations this program knows, and which are applied."""
    settings = settings_of(data=data, database_url=database_url)
    for state in guarded(lambda: migrations.status(settings.database_url)):
        click.echo(f"{'applied' if state.applied_us is not None else 'missing'}  {state.migration.name}")


@migrate.command("plan")
@data_option
@database_option
def migrate_plan(data: Path | None, database_url: str | None) -> None:
    """What `up` would run, without running it."""
    settings = settings_of(data=data, database_url=database_url)
    steps = guarded(lambda: migrations.plan(settings.database_url))
    for step in steps:
        click.echo(f"-- {step.name}\n{step.script.strip()}\n")
    if not steps:
        click.echo("Nothing to do: the schema is up to date.")


@migrate.command("up")
@data_option
@database_option
def migrate_up(data: Path | None, database_url: str | None) -> None:
    """Bring the schema up to date."""
    settings = settings_of(data=data, database_url=database_url)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    steps = guarded(lambda: migrations.up(settings.database_url, now_us()))
    for step in steps:
        click.echo(f"applied  {step.name}")
    if not steps:
        click.echo("Nothing to do: the schema is up to date.")


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@data_option
@database_option
def backup(target: Path, data: Path | None, database_url: str | None) -> None:
    """Copy one consistent state into TARGET, while the server goes on."""
    settings = settings_of(data=data, database_url=database_url)
    report = guarded(lambda: backups.backup(settings.database_url, target, progress=_progress("backup")))
    click.echo(f"{report}\nThe vault's master keys are not in it. Keep a copy of the key file elsewhere.")


@main.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@data_option
@database_option
def restore(source: Path, data: Path | None, database_url: str | None) -> None:
    """Fill an empty database from a backup."""
    settings = settings_of(data=data, database_url=database_url)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    report = guarded(lambda: backups.restore(source, settings.database_url, progress=_progress("restore")))
    click.echo(f"{report}\nInto {shown(settings.database_url)}")


def _progress(word: str) -> Callable[[int, int], None]:
    """A line that counts, on a terminal only."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{word}: {done:,} of {total:,}", nl=done >= total, err=True)

    return tell


@main.group()
def keys() -> None:
    """API keys, and the vault's master keys."""


@keys.command("create")
@data_option
@database_option
@click.option("--account", help="The account's id; the first one if not given.")
@click.option("--live", is_flag=True, help="A live key instead of a test key.")
@json_option
def keys_create(data: Path | None, database_url: str | None, account: str | None, live: bool, as_json: bool) -> None:
    """Make a secret API key, for whoever has lost theirs."""
    settings = settings_of(data=data, database_url=database_url)
    made = run(_create_key(settings, account, live))
    click.echo(json.dumps({"schema": 1, "secret": made}) if as_json else made)


async def _create_key(settings: Settings, account: str | None, live: bool) -> str:
    db, _ = await server.prepare(settings, dict(os.environ))
    try:
        owner = account or await db.read(accounts_store.first_account)
        if owner is None:
            raise Unfit("there is no account yet: run `finsecure-server init`")
        return await db.write(lambda tx: accounts.issue_secret(tx, owner, live, now_us(), os.urandom))
    finally:
        await db.close()


@keys.command("rotate")
def keys_rotate() -> None:
    """Add a master key to the vault's key file; new card numbers use it from the next start on."""
    path = master_keys.default_path(os.environ)
    names = guarded(lambda: master_keys.rotate(path))
    click.echo(f"{path}: new numbers will be sealed under {', '.join(sorted(names))}.")
    click.echo("Restart the server, then `finsecure-server keys rekey`, then `finsecure-server keys remove NAME`.")


@keys.command("rekey")
@data_option
@database_option
def keys_rekey(data: Path | None, database_url: str | None) -> None:
    """Move every stored card number under the current master key. Can be stopped and run again."""
    settings = settings_of(data=data, database_url=database_url)
    moved = run(_rekey(settings))
    click.echo(f"{moved} numbers moved to the current master key.")


async def _rekey(settings: Settings) -> int:
    db, vault_keys = await server.prepare(settings, dict(os.environ))
    try:
        return await vault_ops.rekey(db, Vaults(vault_keys), os.urandom, lambda done: click.echo(f"{done} moved", err=True))
    finally:
        await db.close()


@keys.command("remove")
@click.argument("name")
@data_option
@database_option
def keys_remove(name: str, data: Path | None, database_url: str | None) -> None:
    """Take an old master key out of the key file, once no number needs it."""
    settings = settings_of(data=data, database_url=database_url)
    in_use = run(_keys_in_use(settings))
    path = master_keys.default_path(os.environ)
    guarded(lambda: master_keys.remove(path, name, in_use))
    click.echo(f"{path}: {name} is gone.")


async def _keys_in_use(settings: Settings) -> frozenset[str]:
    db = open_database(settings.database_url)
    try:
        return await db.read(vault_store.keys_in_use)
    finally:
        await db.close()


def log_to_stderr(level: str) -> None:
    """Structured lines: for people on a terminal, JSON otherwise. No line holds a body, a key or a card number."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    people = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if people else [structlog.processors.format_exc_info]),
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
            if people
            else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


if __name__ == "__main__":
    main()
