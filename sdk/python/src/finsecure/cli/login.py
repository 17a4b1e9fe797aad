"""Profiles: a key and an address under a name, in a file that only you can read."""

from __future__ import annotations

import sys

import click

from finsecure import errors
from finsecure.cli import config, places
from finsecure.cli.failures import Stop
from finsecure.cli.flags import command, group
from finsecure.cli.masking import masked
from finsecure.cli.session import Session, with_session


@command("login")
@click.option("--no-check", is_flag=True, help="Do not ask the server whether the key is good.")
@with_session
def login(session: Session, no_check: bool) -> None:
    r"""Keep a key in a profile, after asking the server whether it is good.

    The key comes from --api-key, from FINSECURE_SECRET_KEY, from standard input if that is no terminal, or from you.
    It is kept in the user's settings file (finsecure config path), which only you can read.

    \b
    finsecure login --api-base http://127.0.0.1:4242
    printf %s "$KEY" | finsecure login --profile staging --api-key -
    """
    name = session.flags.profile or "default"
    session.flags.profile = None  # the profile need not exist yet, and says nothing about itself
    known = config.profiles().get(name, {})
    if session.flags.api_base is None and "FINSECURE_API_BASE" not in _environment():
        session.flags.api_base = known.get("api_base")
    session.flags.api_key = _key(session)
    who = "" if no_check else _checked(session)
    values = {**known, "secret_key": session.key, "api_base": session.base}
    path = config.save_profile(name, values)
    mode = "live" if session.live else "test"
    if session.flags.json:
        session.out.json(
            {"schema": "finsecure.login/1", "profile": name, "api_base": session.base, "mode": mode, "path": str(path)}
        )
        return
    session.out.line(f"{session.out.look.good('✓')} {masked(session.key)} {mode} mode{who}, at {session.base}")
    session.out.line(f"  kept in profile {name!r}, {path}")
    session.out.note("  next: finsecure status    finsecure payments create --amount 2000 --currency usd --card visa")


def _environment() -> frozenset[str]:
    from os import environ  # noqa: PLC0415  because it is read when it is asked for

    return frozenset(name for name, value in environ.items() if value)


def _key(session: Session) -> str:
    given = session.flags.api_key or config.resolve(session.flags)["secret_key"].value
    profile_is_old = session.flags.api_key is None and "FINSECURE_SECRET_KEY" not in _environment()
    if given and not profile_is_old:
        return given
    if not sys.stdin.isatty():
        text = sys.stdin.readline().strip()
        if text:
            return text
    if session.flags.no_input or not sys.stdin.isatty():
        raise Stop("There is no key to keep.", "Give --api-key KEY, or --api-key - and the key on standard input.")
    text = click.prompt("Secret key (sk_test_… or sk_live_…)", hide_input=True, err=True)
    return str(text).strip()


def _checked(session: Session) -> str:
    """`, account acct_…`. Whatever is wrong with the key or the address is raised as it is."""
    try:
        account = session.get("/v1/account")
    except errors.PermissionError:
        return ", restricted"  # a key that is good, and may not read the account
    name = account.get("business_profile", {}).get("name") or account.get("id")
    return f", account {name}"


@command("logout")
@click.option("--all", "every", is_flag=True, help="Every profile.")
@with_session
def logout(session: Session, every: bool) -> None:
    """Forget the key of a profile. The key itself stays good: revoke it with `finsecure keys revoke`."""
    known = config.profiles()
    names = sorted(known) if every else [session.flags.profile or _current(session)]
    for name in names:
        if name not in known:
            raise Stop(f"There is no profile {name!r}.", "finsecure profiles", code=3)
        config.save_profile(name, None)
        session.out.line(f"Profile {name!r} is gone from {places.user_file()}.")


def _current(session: Session) -> str:
    return config.resolve(session.flags)["profile"].value or "default"


@group("profiles", invoke_without_command=True)
@click.pass_context
def profiles(context: click.Context) -> None:
    """List profiles, or choose one."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@profiles.command("list")
@with_session
def list_(session: Session) -> None:
    """List profiles; the one in use has a star."""
    current = _current(session)
    known = config.profiles()
    rows = [
        {
            "name": name,
            "current": name == current,
            "mode": "live" if "_live_" in values.get("secret_key", "") else "test",
            "key": masked(values.get("secret_key", "")),
            "api_base": values.get("api_base", ""),
        }
        for name, values in sorted(known.items())
    ]
    if session.flags.json:
        session.out.json({"schema": "finsecure.profiles/1", "profiles": rows})
    elif not rows:
        session.out.note("There is no profile yet: finsecure login")
    else:
        table = [
            ["*" if one["current"] else "", *(str(one[name]) for name in ("name", "mode", "key", "api_base"))]
            for one in rows
        ]
        session.out.table(["", "name", "mode", "key", "api_base"], table)


@profiles.command("use")
@click.argument("name")
@with_session
def use(session: Session, name: str) -> None:
    """Make a profile the one that is used when none is named."""
    known = config.profiles()
    if name not in known:
        raise Stop(f"There is no profile {name!r}; there is: {', '.join(sorted(known)) or 'none yet'}.", code=3)
    config.choose_profile(name)
    session.out.line(f"Profile {name!r} is in use from now on: {known[name].get('api_base', '')}")
