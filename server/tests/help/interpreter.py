"""The Python of a guide: one namespace, to which block after block is sent over a socket. A program of its own.

A line of JSON for each block: `code`, `file` and `line` (where it stands), `environ`, `folder`, and the paths `out` and
`err` that it prints to. The answer is its exit code on a line.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import traceback
from typing import Any


def run(asked: dict[str, Any], names: dict[str, Any]) -> int:
    """One block, to its end: the exit code that a program of it would have."""
    os.environ.clear()
    os.environ.update(asked["environ"])
    os.chdir(asked["folder"])
    try:
        # Lines are those of the guide, so that a traceback points there.
        exec(compile("\n" * asked["line"] + asked["code"], asked["file"], "exec"), names)  # noqa: S102  that is the job
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)  # noqa: T201  as Python does it
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as error:  # noqa: BLE001  whatever it is, the block failed
        traceback.print_exception(error.with_traceback(error.__traceback__ and error.__traceback__.tb_next))
        return 1
    return 0


def main() -> None:
    """Answer until nobody asks any more."""
    sys.path[0] = ""
    names: dict[str, Any] = {"__name__": "__main__"}
    with socket.socket(fileno=int(sys.argv[1])) as line, line.makefile("rw", encoding="utf-8") as wire:
        for request in wire:
            asked = json.loads(request)
            for number, path in ((1, asked["out"]), (2, asked["err"])):
                to = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
                os.dup2(to, number)
                os.close(to)
            code = run(asked, names)
            sys.stdout.flush()
            sys.stderr.flush()
            wire.write(f"{code}\n")
            wire.flush()


main()
