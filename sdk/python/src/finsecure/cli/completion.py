"""`finsecure completion SHELL`: the script by which a shell completes our words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click
from click.shell_completion import get_completion_class

from finsecure.cli.flags import command
from finsecure.cli.main import COMPLETING
from finsecure.cli.session import Session, with_session

#: Where a shell looks for completions by itself, below the XDG directory for data.
_PLACES: Final = {
    "bash": "bash-completion/completions/finsecure",
    "zsh": "zsh/site-functions/_finsecure",
    "fish": "fish/vendor_completions.d/finsecure.fish",
}


@command("completion")
@click.argument("shell", type=click.Choice(list(_PLACES)))
@click.option("--install", is_flag=True, help="Write it to where the shell looks for it.")
@with_session
def completion(session: Session, shell: str, install: bool) -> None:
    r"""Complete commands, options and values in bash, zsh or fish.

    \b
    eval "$(finsecure completion bash)"          in ~/.bashrc, or
    finsecure completion fish --install
    """
    made = get_completion_class(shell)
    assert made is not None, shell
    source = made(click.Command("finsecure"), {}, "finsecure", COMPLETING).source()
    if not install:
        click.echo(source)
        return
    given = os.environ.get("XDG_DATA_HOME")
    path = (Path(given) if given else Path.home() / ".local" / "share") / _PLACES[shell]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, "utf-8")
    session.out.line(f"Written to {path}. Open a new {shell}.")
    if shell == "zsh":
        session.out.note(f"zsh looks there if ~/.zshrc says, before compinit: fpath+=({path.parent})")
