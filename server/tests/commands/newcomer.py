"""The command line as somebody meets it who has just installed it: an empty home, nothing set, a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class Said(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


@dataclass
class Newcomer:
    """Whoever types the commands."""

    home: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    python: tuple[str, ...] = ()  # options of the interpreter

    @property
    def database(self) -> Path:
        """Where the database lies when nothing else was said."""
        return self.home / ".local" / "share" / "finsecure" / "finsecure.db"

    @property
    def key_file(self) -> Path:
        return self.home / ".config" / "finsecure" / "keys.toml"

    def whole_environ(self) -> dict[str, str]:
        """All that a command finds in its environment."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            **self.environ,
        }

    def command(self, *words: object) -> list[str]:
        return [sys.executable, *self.python, "-m", "finsecure_server", *map(str, words)]

    def types(self, *words: object) -> Said:
        """One command, to its end."""
        done = subprocess.run(
            self.command(*words),
            env=self.whole_environ(),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def gets(self, *words: object) -> str:
        """What a command that succeeds prints."""
        said = self.types(*words)
        assert said.code == 0, said
        return said.out

    def left_behind(self) -> list[str]:
        """The files in their home."""
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*") if path.is_file())
