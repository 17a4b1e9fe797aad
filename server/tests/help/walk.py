"""Walk through a guide: every block is run, from top to bottom, as somebody does who follows it in one terminal."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from finsecure_server.help.page import parse
from tests.flows.live import free_port
from tests.help.fences import ANY_FAILURE, Block, blocks
from tests.help.matching import json_differs, text_differs
from tests.tidy import ROOT

BLOCK_SECONDS: Final = 60.0
#: How long a program in the background has until its port answers, and until it has printed what its output block says.
BACKGROUND_SECONDS: Final = 20.0
SERVER_PORT: Final = 4242
INTERPRETER: Final = Path(__file__).with_name("interpreter.py")
#: What a shell sets by itself.
_SHELLS_OWN: Final = frozenset({"_", "OLDPWD", "PWD", "SHLVL"})


class Failed(Exception):
    """A guide does not do what it says: where, which block, and what was printed."""


@dataclass
class Ran:
    """What a block has printed, and its exit code; None while it runs in the background."""

    out: Path
    err: Path
    code: int | None = None

    def printed(self) -> str:
        return self.out.read_text("utf-8", "replace")

    def complained(self) -> str:
        return self.err.read_text("utf-8", "replace")


def walk(
    name: str, markdown: str, folder: Path, environ: Mapping[str, str], first_line: int = 1, port: int = 0
) -> None:
    """Run the blocks of a guide in `folder`/here, which is made, with nothing but `environ`.

    `first_line` is the line of the guide that its Markdown begins in; `port` is where the server is that it calls
    http://127.0.0.1:4242. Raises Malformed and Failed.
    """
    found = blocks(markdown, first_line)
    ports = {SERVER_PORT: port}
    ports |= {block.port: free_port() for block in found if block.port}
    with contextlib.ExitStack() as stack:
        session = Session(name, folder, dict(environ), ports, stack)
        for above, block in zip([None, *found], found, strict=False):
            session.take(block, above)
        session.check_background()


def walk_guide(path: Path, folder: Path, environ: Mapping[str, str], port: int) -> None:
    """Walk through the guide in a file. Raises PageError, Malformed and Failed."""
    text = path.read_text("utf-8")
    page = parse(path.stem, text)
    first_line = text.count("\n", 0, text.index(page.markdown.rstrip())) + 1
    walk(path.name, page.markdown, folder, environ, first_line, port)


@dataclass
class Session:
    """One walk: the state of its shell, its Python, and what runs in the background."""

    name: str
    root: Path
    environ: dict[str, str]
    ports: Mapping[int, int]
    stack: contextlib.ExitStack
    script: str = ""
    """The JavaScript so far; its module is run again as far as each block."""
    last: Ran | None = None
    python: socket.socket | None = None
    background: list[tuple[Block, subprocess.Popen[bytes], Ran]] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.folder = self.root / "here"
        self.folder.mkdir()
        self.prints = self.root / "prints"
        self.prints.mkdir()
        modules = self.root / "node_modules"  # beside the working directory: node looks there as well
        modules.mkdir()
        (modules / "finsecure").symlink_to(ROOT / "sdk" / "node")

    # -- one block ------------------------------------------------------------------------------------------------

    def take(self, block: Block, above: Block | None) -> None:
        """Do what a block says. Raises Failed."""
        if block.output:
            assert above is not None  # fences._fit_together has seen to both
            assert self.last is not None
            self._match(block, above, self.last)
        elif block.file is not None:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(here(block.text, self.ports), "utf-8")
        elif block.runs:
            self.last = self._run(block)

    def _run(self, block: Block) -> Ran:
        self.count += 1
        ran = Ran(self.prints / f"{self.count}.out", self.prints / f"{self.count}.err")
        ran.out.touch()
        ran.err.touch()
        if block.background:
            self._start(block, ran)
            return ran
        run = {"sh": self._sh, "python": self._python, "js": self._js}[block.language]
        try:
            ran.code = run(block, here(block.text, self.ports), ran)
        except (subprocess.TimeoutExpired, TimeoutError):
            raise self._failed(block, ran, f"it is not done after {BLOCK_SECONDS:.0f} seconds") from None
        if (block.fails is None and ran.code) or (block.fails == ANY_FAILURE and not ran.code):
            raise self._failed(block, ran, f"it ended with {ran.code}")
        if block.fails not in (None, ANY_FAILURE, ran.code):
            raise self._failed(block, ran, f"it ended with {ran.code}, not with {block.fails}")
        return ran

    def _match(self, block: Block, above: Block, ran: Ran) -> None:
        differs = json_differs if block.language == "json" else text_differs

        def why() -> str:
            return differs(block.text, self._as_written(ran.printed()))

        if above.background:
            _until(lambda: not why())
        if reason := why():
            raise self._failed(above, ran, f"{reason}\n--- expected (line {block.line})\n{block.text}")

    # -- how each language is run ---------------------------------------------------------------------------------

    def _sh(self, block: Block, text: str, ran: Ran) -> int:
        """In a bash of its own that inherits, and leaves behind, what is exported and where it is."""
        state = self.prints / "state"
        state.unlink(missing_ok=True)
        keep = shlex.quote(f"env -0 > {shlex.quote(str(state))}")
        process = self._spawn(["bash", "-eu", "-o", "pipefail", "-c", f"trap {keep} EXIT; {text}"], ran)
        code = process.wait(BLOCK_SECONDS)
        if state.exists():
            left = dict(pair.split("=", 1) for pair in state.read_text("utf-8").split("\0") if pair)
            self.folder = Path(left.get("PWD", self.folder))
            self.environ = {name: value for name, value in left.items() if name not in _SHELLS_OWN}
        return code

    def _python(self, block: Block, text: str, ran: Ran) -> int:
        if self.python is None:
            self.python, other = socket.socketpair()
            self.stack.callback(self.python.close)
            self.python.settimeout(BLOCK_SECONDS)
            with other:
                self._spawn([sys.executable, str(INTERPRETER), str(other.fileno())], ran, pass_fds=(other.fileno(),))
        asked = {
            "code": text,
            "file": self.name,
            "line": block.line,
            "environ": self.environ,
            "folder": str(self.folder),
            "out": str(ran.out),
            "err": str(ran.err),
        }
        self.python.sendall(json.dumps(asked).encode() + b"\n")
        answer = self.python.recv(16)
        if not answer:  # the whole interpreter is gone, as with os._exit()
            self.python = None
            return 1
        return int(answer)

    def _js(self, block: Block, text: str, ran: Ran) -> int:
        """All blocks so far as one module: what the last one prints comes after a mark."""
        mark = f"--- {self.name}:{block.line} ---\n"
        script = f"{self.script}\nprocess.stdout.write({json.dumps(mark)});\n{text}"
        path = self.prints / f"{self.count}.mjs"
        path.write_text(script, "utf-8")
        with path.open("rb") as file:  # on its standard input, so that imports are found from the working directory
            code = self._spawn(["node", "--input-type=module", "-"], ran, stdin=file.fileno()).wait(BLOCK_SECONDS)
        ran.out.write_text(ran.printed().rpartition(mark)[2], "utf-8")
        if not code:
            self.script += f"\n{text}"
        return code

    # -- programs -------------------------------------------------------------------------------------------------

    def _spawn(
        self, command: list[str], ran: Ran, stdin: int = subprocess.DEVNULL, pass_fds: tuple[int, ...] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a program in a group of its own, which ends with the walk."""
        with ran.out.open("ab") as out, ran.err.open("ab") as err:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environ,
                stdin=stdin,
                stdout=out,
                stderr=err,
                pass_fds=pass_fds,
                start_new_session=True,
            )
        self.stack.callback(_end, process)
        return process

    def _start(self, block: Block, ran: Ran) -> None:
        """Start a block in the background; done when its port answers."""
        process = self._spawn(["bash", "-eu", "-o", "pipefail", "-c", here(block.text, self.ports)], ran)
        self.background.append((block, process, ran))
        if block.port is None:
            return
        port = self.ports[block.port]
        _until(lambda: process.poll() is not None or _answers(port))
        if not _answers(port):
            ran.code = process.poll()
            raise self._failed(block, ran, f"nothing answers at port {block.port}")

    def check_background(self) -> None:
        """What was started in the background must still run, or have ended well. Raises Failed."""
        for block, process, ran in self.background:
            ran.code = process.poll()
            if ran.code is not None and ran.code > 0:
                raise self._failed(block, ran, f"it ended with {ran.code}")

    # -- words ----------------------------------------------------------------------------------------------------

    def _as_written(self, text: str) -> str:
        """What was printed, with the ports of the guide."""
        for named, port in self.ports.items():
            text = re.sub(rf"(?<!\d){port}(?!\d)", str(named), text)
        return text

    def _failed(self, block: Block, ran: Ran, why: str) -> Failed:
        parts = [
            f"{self.name}:{block.line}: {why}",
            f"--- {block.language}\n{block.text}",
            f"--- printed\n{self._as_written(ran.printed())}",
            f"--- on standard error\n{self._as_written(ran.complained())}",
        ]
        return Failed("\n".join(part.rstrip() for part in parts))


#: A port where it is one: `:5000`, `port=5000`, `--port 5000`, `"port": 5000`, `listen(5000`. An amount is none.
_PORT: Final = r"(?i)([\w\]}}.]:|port[\"']?(?:\s*[=:(]\s*|\s+)|listen\(|-p\s+){}(?!\d)"


def here(text: str, ports: Mapping[int, int]) -> str:
    """A block with the ports that those it names are in this walk."""
    for named, port in ports.items():
        text = re.sub(_PORT.format(named), rf"\g<1>{port}", text)
    return text


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _until(done: Callable[[], bool]) -> None:
    """Wait until it is so, or too long."""
    give_up = time.monotonic() + BACKGROUND_SECONDS
    while not done() and time.monotonic() < give_up:
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it has started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
