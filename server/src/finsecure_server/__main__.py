"""`finsecure-server`: run the platform, and look after it.

A command's module is imported when it is run, so that `--help` need not wait for a web server and a cipher.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final, NamedTuple

import click

from finsecure_server import __version__


class Entry(NamedTuple):
    """Where a command is, and what the list of commands says of it."""

    module: str
    says: str


COMMANDS: Final = {
    "serve": Entry("serve", "Serve the API. An empty database gets an account, and its keys are printed."),
    "worker": Entry(
        "worker", "Do what is due beside servers that answer calls: timers, payouts, deliveries. PostgreSQL only."
    ),
    "init": Entry("account", "Make an account, and print its test and live keys once."),
    "verify": Entry("books", "Prove the books on live data: every invariant, every row."),
    "backup": Entry("copies", "Copy one consistent state of the database into a file, while servers run."),
    "restore": Entry("copies", "Fill an empty database from a backup."),
    "keys": Entry("keys", "API keys, and the vault's master keys."),
    "help": Entry("help_center", "The help center: what its readers did not find, and its pages as files."),
    "migrate": Entry("schema", "The database's schema: see what is missing, bring it up to date."),
}


class Commands(click.Group):
    """The commands of COMMANDS, in that order."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(import_module(f"finsecure_server.commands.{entry.module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in --help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.says) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was named."""
        if not __debug__:
            raise click.ClickException("FinSecure does not run under `python -O`: its assertions guard money.")
        return super().invoke(ctx)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="finsecure-server")
def main() -> None:
    """FinSecure: a self-hosted payments platform that resolves its own failures.

    Every setting also has a FINSECURE_… variable in the environment, FINSECURE_DATA for --data; docs/settings.md
    lists them.
    """


if __name__ == "__main__":
    main()
