"""`finsecure help`: the help center in the terminal, and what holds for every command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import click
from click.shell_completion import CompletionItem

from finsecure._generated.help.page import Page, excerpt, published
from finsecure.cli import browse, config, help_pages, help_search, main, places
from finsecure.cli.failures import EXIT_CODES, NOT_FOUND, Stop
from finsecure.cli.flags import command
from finsecure.cli.look import Look
from finsecure.cli.markdown import Renderer
from finsecure.cli.output import Output
from finsecure.cli.session import Session, with_session
from finsecure.errors import ConfigurationError


def _exit_codes() -> str:
    rows = "\n".join(f"{code:>4}  {means}" for code, means in EXIT_CODES.items())
    return f"Every command ends with one of these codes:\n\n{rows}\n\nA pipe that is closed early is no error."


def _environment() -> str:
    settings = "\n".join(f"  {variable:<24} {name}" for name, variable in config.VARIABLES.items())
    return f"""\
Settings come from, the first that says something:
  1. a flag                     4. the profile ({places.user_file()})
  2. the environment            5. the user's file, outside of profiles
  3. ./finsecure.toml           6. {places.system_file()}
A profile that --profile names comes before the environment. finsecure config show --origin shows what came from where.

{settings}
  FINSECURE_CONFIG         another settings file
  FINSECURE_LOG=debug      show where an unforeseen error happened
Also heeded: NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM=dumb, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, XDG_CONFIG_HOME,
XDG_STATE_HOME, BROWSER, PAGER. What the command remembers stands in {places.state()}."""


def _output() -> str:
    return """\
Data goes to standard output, everything else to standard error.
On a terminal lists are tables; elsewhere they are tab-separated lines without a head.
--json prints one JSON document. Objects and lists of the API are as the API gives them, in the version of the API;
what the command makes itself has a member `schema`, such as finsecure.cards/1, whose number rises when its shape does.
--jsonl prints one object to a line, --csv a table with a head, --id ids and nothing else.
An error with --json is {"schema": "finsecure.error/1", "error": {…}, "exit_code": 6} on standard error.
Secrets are cut to what names them; --reveal prints them whole, and a call whose reply shows one this once needs it.
Without a terminal nothing is asked: what needs a yes needs its flag (--yes, --live)."""


#: Topics of this command alone: what each is about, and its text.
_OWN: Final[dict[str, tuple[str, Callable[[], str]]]] = {
    "exit-codes": ("What each exit code means", _exit_codes),
    "environment": ("Where settings come from", _environment),
    "output": ("Forms of output", _output),
}

_FOLDERS: Final = {"": "Begin", "reference": "Reference"}
_HOW: Final = """
Help is carried along, and needs no server:
  finsecure help search WORDS   by words, a code, or a whole error that you paste
  finsecure help TOPIC          a guide (webhook-issues), a code (card_declined), a call (payment_intents/create)
  finsecure help list           every topic"""


_NAME: Final = 38  # letters of a topic in a list
_MANY: Final = (
    ("error", "Error and decline codes", "finsecure errors lists them, finsecure help CODE shows one"),
    ("api", "Calls of the API", "finsecure help payment_intents/create"),
)


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    names = {"search": "", "list": "", **{name: own[0] for name, own in _OWN.items()}}
    names |= {help_pages.topic(path): page.title for path, page in help_pages.pages().items()}
    return [CompletionItem(name, help=says) for name, says in names.items() if name.startswith(incomplete)]


@command("help")
@click.argument("words", nargs=-1, metavar="[TOPIC | search QUERY | list]", shell_complete=_complete)
@click.option("--limit", type=click.IntRange(1, 50), metavar="N", help="With search: how many places, at most.")
@click.option("--open", "opened", is_flag=True, help="Open the page of your server in the browser.")
@with_session
def help_(session: Session, words: tuple[str, ...], limit: int | None, *, opened: bool) -> None:
    r"""Read and search the help center: guides, error codes, the API. It needs no server.

    TOPIC is a guide, an error or decline code, a call of the API, the path or address of a page, or exit-codes,
    environment or output. A section stands behind a #. A QUERY may be words, a name, or a whole error message,
    traceback or reply, also on standard input.

    \b
    finsecure help webhook-issues             finsecure help search customer charged twice
    finsecure help insufficient_funds         finsecure help search < traceback.txt
    finsecure help payment_intents/create     finsecure help list
    """
    if words[:1] == ("search",):
        help_search.search(session, _base(session), help_search.question(words[1:]), limit)
    elif words in ((), ("list",)):
        _contents(session, listed=bool(words), opened=opened)
    else:
        _topic(session, " ".join(words), opened=opened)


def _base(session: Session) -> str:
    """The address of your server; that of one on this machine if none is named, or the settings are at fault."""
    try:
        return help_pages.ADDRESS if session.settings["api_base"].origin == "default" else session.base
    except (Stop, ConfigurationError):
        return help_pages.ADDRESS


# -- one page ----------------------------------------------------------------------------------------------------------


def _topic(session: Session, text: str, *, opened: bool) -> None:
    if text in _OWN:
        _own(session, text)
        return
    is_command = main.called(text) in main.WORDS and f"/help/reference/{text}" not in help_pages.pages()
    path = None if is_command else help_pages.find(text)
    if help_pages.is_id(text):
        raise Stop(f"{text[:60]} is an id, not a topic.", f"finsecure explain {text[:60]}", code=NOT_FOUND)
    if path is not None and opened:
        browse.show(session, _base(session) + path)
    elif path is not None:
        _page(session, path)
    elif is_command:
        _of_command(session, main.called(text))
    else:
        near = [f"finsecure help {name}" for name in help_pages.nearest(text)]
        raise Stop(f"There is no topic {text[:60]!r}.", *near, f"finsecure help search {text[:60]}", code=NOT_FOUND)


def _own(session: Session, name: str) -> None:
    if name == "exit-codes" and session.flags.json:
        codes = [{"code": code, "means": means} for code, means in EXIT_CODES.items()]
        session.out.json({"schema": "finsecure.exit_codes/1", "exit_codes": codes})
        return
    title, text = _OWN[name]
    if session.flags.json:
        session.out.json({"schema": "finsecure.help/1", "path": name, "title": title, "lead": "", "markdown": text()})
    else:
        session.out.line(text())


def _page(session: Session, path: str) -> None:
    """Print a page, or the section that an anchor names."""
    place, _, anchor = path.partition("#")
    page, base = help_pages.pages()[place], _base(session)
    part = excerpt(page, anchor) if anchor else None
    if anchor and part is None:
        raise Stop(
            f"The page {page.title!r} has no section {anchor!r}.",
            f"finsecure help {help_pages.topic(place)}",
            code=NOT_FOUND,
        )
    markdown = (part or page.markdown).replace(help_pages.ADDRESS, base)
    lead = page.lead.replace(help_pages.ADDRESS, base)
    if session.flags.json:
        document = {"path": path, "title": page.title, "lead": lead, "markdown": published(markdown)}
        click.echo(json.dumps({"schema": "finsecure.help/1", **document}, ensure_ascii=False))
        return
    renderer = Renderer.of(session.out, place)
    lines = renderer.body(markdown) if part else renderer.page(page.title, lead, markdown)
    _show(session.out, [*lines, "", *_see_also(page), session.out.look.dim(base + path)])


def _see_also(page: Page) -> list[str]:
    there = [f"/help/{name}" for name in page.related if f"/help/{name}" in help_pages.pages()]
    return [f"See also: {', '.join(f'finsecure help {help_pages.topic(path)}' for path in there)}"] if there else []


def _show(out: Output, lines: Sequence[str]) -> None:
    """Print a page, through a pager when it is longer than the terminal. Its keys are examples, and shown whole."""
    text = "\n".join(lines) + "\n"
    if out.terminal and len(lines) >= shutil.get_terminal_size().lines and not out.flags.no_input:
        click.echo_via_pager(text, color=out.look.colour)
    else:
        click.echo(text, nl=False, color=True)


def _of_command(session: Session, name: str) -> None:
    """Print the help of a command."""
    root = click.get_current_context().find_root()
    assert isinstance(root.command, click.Group)
    found = root.command.get_command(root, name)
    assert found is not None, name
    session.out.line(found.get_help(click.Context(found, parent=root, info_name=name)))


# -- contents ----------------------------------------------------------------------------------------------------------


def _contents(session: Session, *, listed: bool, opened: bool) -> None:
    """Print the first page and how help is found, or every topic."""
    base = _base(session)
    if opened:
        browse.show(session, f"{base}/help")
    elif session.flags.json:
        rows = [
            {"path": page.path, "title": page.title, "lead": page.lead, "kind": page.kind, "topic": topic}
            for page in help_pages.pages().values()
            for topic in [help_pages.topic(page.path)]
        ]
        session.out.json({"schema": "finsecure.help_pages/1", "pages": rows})
    elif listed:
        _show(session.out, list(_listed(session.out.look)))
    else:
        session.out.line(f"{main.first_page()}\n{_HOW}")


def _listed(look: Look) -> Iterator[str]:
    for folder, found in help_pages.guides().items():
        yield from _section(look, _FOLDERS.get(folder, folder.replace("-", " ").capitalize()), found)
    yield look.strong("This command")
    yield from (f"  {name:<{_NAME}}  {says}" for name, (says, _) in _OWN.items())
    yield ""
    for kind, title, how in _MANY:
        count = sum(page.kind == kind for page in help_pages.pages().values())
        if count:
            yield from (look.strong(title), f"  {count} pages: {how}", "")
    yield "finsecure help TOPIC shows one; finsecure help search WORDS searches all of them."


def _section(look: Look, title: str, found: Sequence[Page]) -> Iterator[str]:
    if found:
        yield look.strong(title)
        yield from (f"  {help_pages.topic(page.path):<{_NAME}}  {page.title}" for page in found)
        yield ""
