"""The examples of the API reference: every operation has one, and each is run in all four languages."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from finsecure_server.app import CONTRACT_ROUTES
from finsecure_server.help.api_examples import Example, by_call, examples, needed, things
from finsecure_server.help.api_languages import command, curl, in_brackets, node, python
from tests.conftest import Databases
from tests.flows.live import KEY, Live
from tests.help.shop import Shop, Step, open_shop, prepared
from tests.tidy import ROOT

PATIENCE_SECONDS: Final = 20.0
OPERATIONS: Final = ROOT / "sdk" / "python" / "src" / "finsecure" / "cli" / "data" / "operations.json"
RUN: Final = Path(__file__).with_name("run_examples.py")


# -- the table ---------------------------------------------------------------------------------------------------------


def test_every_operation_has_an_example() -> None:
    routes = {route.operation: route for route in CONTRACT_ROUTES}
    assert set(by_call()) == set(routes), "say what an example of it looks like, in help/api_examples.toml"
    for call, example in by_call().items():
        assert example.public == routes[call].public, call
        assert len(example.ids) == call.count("{"), call


def test_operations_are_called_as_in_the_packages() -> None:
    table = json.loads(OPERATIONS.read_text("utf-8"))
    packages = {
        f"{resource}.{method}": f"{row['method']} {row['path']}"
        for resource, methods in table.items()
        for method, row in methods.items()
    }
    assert {f"{one.client}.{one.operation}": one.call for one in examples().values() if one.client} == packages


def test_every_thing_is_needed_and_says_how_to_get_one() -> None:
    used = {thing.name for example in examples().values() for thing in needed(example)}
    assert used == set(things())
    shown = {name for example in examples().values() for name in example.stands_for()}
    assert [name for name in shown if not things()[name].how] == []


# -- run ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


@pytest.fixture
def live(tmp_path: Path, sqlite_databases: Databases) -> Iterator[Live]:
    """A server with one account."""
    home = tmp_path / "home"
    home.mkdir()
    server = Live(home, sqlite_databases.empty())
    server.init()
    server.start()
    yield server
    server.stop(signal.SIGKILL)  # nobody waits for deliveries that nobody takes


def ask(live: Live, example: Example) -> Any:
    """The reply to a call."""
    sent = None if example.method == "GET" else json.dumps(example.params).encode()
    query = f"?{urlencode(list(in_brackets(example.params)))}" if example.method == "GET" else ""
    request = urllib.request.Request(live.url + example.path + query, sent, method=example.method)
    request.add_header("authorization", "Basic " + base64.b64encode(f"{KEY}:".encode()).decode())
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)


def with_things(live: Live, shop: Shop, name: str) -> Example:
    """The example with the ids of real things."""
    work = prepared(name, shop.url)
    give_up = time.monotonic() + PATIENCE_SECONDS
    reply: Any = None
    while True:
        try:
            step: Step = work.send(reply)
        except StopIteration as end:
            example: Example = end.value
            return example
        assert time.monotonic() < give_up, f"{name}: {step.example.call} never shows what is looked for"
        if step.again:
            time.sleep(0.05)
        reply = ask(live, step.example)
        shop.hear(reply)


def environ(live: Live, **more: str) -> dict[str, str]:
    """A reader's environment, as the pages say."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    settings = {"FINSECURE_SECRET_KEY": KEY, "FINSECURE_API_BASE": live.url, "NO_PROXY": "*"}
    return {"PATH": path, "HOME": str(live.home), **settings, **more}


def outcome(command: list[str], live: Live, folder: Path) -> dict[str, str]:
    """What a program says went wrong, by example."""
    done = subprocess.run(
        command, env=environ(live), cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def in_curl(texts: dict[str, str], live: Live, folder: Path) -> dict[str, str]:
    """One shell for all of them; a reply that is an error fails, as it would with -f."""
    script = ['curl() { command curl -sS --fail-with-body -o reply "$@"; }']
    for name, text in texts.items():
        script.append(f"{text}\n[ $? = 0 ] || {{ echo '--- {name}'; cat reply; echo; }}")
    (folder / "examples.sh").write_text("\n".join(script), "utf-8")
    done = subprocess.run(
        ["bash", "examples.sh"], env=environ(live), cwd=folder, capture_output=True, text=True, timeout=120, check=True
    )
    assert not done.stderr, done.stderr + done.stdout
    return {part.partition("\n")[0]: part for part in done.stdout.split("--- ")[1:]}


def in_python(texts: dict[str, str], live: Live, folder: Path) -> dict[str, str]:
    (folder / "examples.json").write_text(json.dumps(texts), "utf-8")
    return outcome([sys.executable, str(RUN), "python", "examples.json"], live, folder)


def in_command(texts: dict[str, str], live: Live, folder: Path) -> dict[str, str]:
    lines = {name: text.replace("\\\n", " ") for name, text in texts.items()}
    (folder / "examples.json").write_text(json.dumps(lines), "utf-8")
    return outcome([sys.executable, str(RUN), "command", "examples.json"], live, folder)


def in_node(texts: dict[str, str], live: Live, folder: Path) -> dict[str, str]:
    """Each is a module, and one more imports them in turn."""
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "finsecure").symlink_to(ROOT / "sdk" / "node")
    for name, text in texts.items():
        (folder / f"{name}.mjs").write_text(text, "utf-8")
    main = (
        "const failed = {};\nconsole.log = () => {};\n"
        f"for (const name of {json.dumps(list(texts))}) {{\n"
        "  try { await import(`./${name}.mjs`); } catch (error) { failed[name] = String(error.stack ?? error); }\n}\n"
        "process.stdout.write(JSON.stringify(failed));\n"
    )
    (folder / "main.mjs").write_text(main, "utf-8")
    return outcome(["node", "main.mjs"], live, folder)


Run = Callable[[dict[str, str], Live, Path], dict[str, str]]
Say = Callable[[Example, str], str]
WAYS: Final[tuple[tuple[str, Say, Run], ...]] = (
    ("curl", curl, in_curl),
    ("Python", lambda example, _: python(example), in_python),
    ("Node", lambda example, _: node(example), in_node),
    ("CLI", lambda example, _: command(example), in_command),
)


def test_every_example_does_what_it_says_in_every_language(live: Live, shop: Shop, tmp_path: Path) -> None:
    failed: dict[str, str] = {}
    shared: dict[str, Example] = {}  # what only looks can be looked at again
    for way, say, run in WAYS:
        texts = {}
        for name, example in examples().items():
            ready = shared.get(name) or with_things(live, shop, name)
            if example.method == "GET":
                shared[name] = ready
            texts[name] = say(ready, live.url)
        folder = tmp_path / way
        folder.mkdir()
        failed |= {f"{way} {name}": wrong for name, wrong in run(texts, live, folder).items()}
    assert not failed, "\n\n".join(f"{name}\n{wrong}" for name, wrong in failed.items())
    live.verify()
