"""`finsecure init`: a small project that takes a payment and a verified webhook, ready to run."""

from __future__ import annotations

import shlex
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import click

from finsecure.cli import listening
from finsecure.cli.failures import Stop
from finsecure.cli.flags import command
from finsecure.cli.look import clean
from finsecure.cli.places import PRIVATE
from finsecure.cli.session import Session, with_session

#: Kind → how it is made ready, how it is run, and on which port it then listens.
KINDS: Final = {
    "flask": ("python -m pip install -r requirements.txt", "flask run --port 8000", 8000),
    "fastapi": ("python -m pip install -r requirements.txt", "uvicorn app:app --port 8000", 8000),
    "django": ("python -m pip install -r requirements.txt", "python app.py runserver 8000", 8000),
    "node": ("npm install", "npm start", 8000),
}
_ENV: Final = ".env"
_SUFFIX: Final = ".txt"  # of templates, so that no tool takes them for code of this package


@command("init")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--force", is_flag=True, help="Write over files that are there.")
@with_session
def init(session: Session, kind: str, folder: Path | None, force: bool) -> None:
    """Write a small project: a page that takes a test payment, and a webhook that is verified.

    If you have logged in, the settings are in its .env file, which only you can read and git leaves out: your key, the
    address of the API, and the secret of `finsecure listen`.
    """
    target = folder or Path(f"finsecure-{kind}")
    files = dict(_files(kind))
    try:
        there = sorted(name for name in (*files, _ENV) if (target / name).exists())
    except OSError as error:  # such as a name that is too long
        raise Stop(f"{clean(str(target))[:60]} cannot be a folder: {error.strerror}.", "Choose another.") from error
    if there and not force:
        raise Stop(f"{target} has {', '.join(there)} already.", "Choose another folder, or add --force.")
    settings, known = _settings(session)
    try:
        for name, text in files.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        _write_private(target / _ENV, settings)
    except OSError as error:
        raise Stop(f"{clean(str(target))} cannot be written: {error.strerror}.", "Choose another folder.") from error
    _say(session, kind, target, sorted([*files, _ENV]), known=known)


def _files(kind: str) -> list[tuple[str, str]]:
    """(path, text) of each file of the template."""
    found: list[tuple[str, str]] = []

    def walk(folder: Traversable, prefix: str) -> None:
        for one in folder.iterdir():
            if one.is_dir():
                walk(one, f"{prefix}{one.name}/")
            elif one.name.endswith(_SUFFIX):
                found.append((_named(prefix + one.name.removesuffix(_SUFFIX)), one.read_text("utf-8")))

    templates = resources.files("finsecure.cli").joinpath("templates")
    walk(templates.joinpath("every"), "")
    if kind != "node":
        walk(templates.joinpath("python"), "")
    walk(templates.joinpath(kind), "")
    return found


def _named(name: str) -> str:
    """A file whose name begins with a dot stands in the package without it."""
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}.{last.removeprefix('dot-')}" if last.startswith("dot-") else name


def _settings(session: Session) -> tuple[str, bool]:
    """The text of the settings, and whether there is a key: without one they are to be filled in."""
    known = bool(session.setting("secret_key"))
    if known and session.live:
        raise Stop(
            "This is a live key, and a new project begins in test mode.",
            "Choose a profile of test mode: --profile NAME",
        )
    values = {
        "FINSECURE_SECRET_KEY": session.key if known else "",
        "FINSECURE_API_BASE": session.base,
        "FINSECURE_WEBHOOK_SECRET": listening.of(session).secret() if known else "",
    }
    return "".join(f"{name}={value}\n" for name, value in values.items()), known


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=PRIVATE)
    path.chmod(PRIVATE)
    path.write_text(text, "utf-8")


def _say(session: Session, kind: str, target: Path, files: list[str], *, known: bool) -> None:
    ready, run, port = KINDS[kind]
    commands = [
        f"cd {shlex.quote(str(target))}",
        ready,
        run,
        f"finsecure listen --forward-to localhost:{port}/webhook  # in another window",
    ]
    if session.flags.json:
        found = {
            "schema": "finsecure.init/1",
            "folder": str(target),
            "files": files,
            "commands": commands,
            "key": known,
        }
        session.out.json(found)
        return
    session.out.line(f"{session.out.look.good('✓')} {clean(str(target))}: {', '.join(files)}")
    if not known:
        session.out.warn(
            f"There is no key: write FINSECURE_SECRET_KEY into {target / _ENV}, or say finsecure login, and this again "
            "with --force."
        )
    for one in commands:
        session.out.line(f"  {one}")
    session.out.line(f"  open http://localhost:{port}/  # and pay")
