"""What the blocks import: two Python environments and one folder of Node packages, in .cache/acceptance.

They come from the registries by name, held to the hashes beside this file, and are made anew when those change.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
HERE: Final = ROOT / "acceptance"
CACHE: Final = ROOT / ".cache" / "acceptance"


@dataclass(frozen=True)
class Packages:
    """Where they are."""

    python: Path
    """An interpreter with today's packages and the FinSecure wheel."""
    python_urllib3_1: Path
    """An interpreter with urllib3 1 and what needs it."""
    node: Path
    """A folder whose node_modules has express and cors."""
    sdk_node: Path
    """The entry of the Node package of this repository, which has no dependencies."""


def prepare() -> Packages:
    """All of it, made if it is not there. Raises CalledProcessError."""
    (wheel,) = (ROOT / ".cache" / "sdk").glob("*.whl")
    return Packages(
        python=_python("python", HERE / "requirements.txt", wheel),
        python_urllib3_1=_python("python-urllib3-1", HERE / "requirements-urllib3-1.txt"),
        node=_node(),
        sdk_node=ROOT / "sdk" / "node" / "src" / "index.js",
    )


def _python(name: str, requirements: Path, *wheels: Path) -> Path:
    folder = CACHE / name
    python = folder / "bin" / "python"
    stamp = _stamp(folder, requirements, *wheels)
    if not stamp.exists():
        _say(f"Making {folder.relative_to(ROOT)} (once) …")
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
        _pip(python, "--require-hashes", "-r", str(requirements))
        if wheels:
            _pip(python, "--no-index", *map(str, wheels))
        stamp.touch()
    return python


def _pip(python: Path, *words: str) -> None:
    """The development environment's pip installs into another one, which need not have any."""
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    pip = [sys.executable, "-m", "pip", "--python", str(python), *quiet]
    subprocess.run([*pip, "install", "--no-deps", *words], check=True)


def _node() -> Path:
    folder = CACHE / "node"
    files = [HERE / "node" / "package.json", HERE / "node" / "package-lock.json"]
    stamp = _stamp(folder, *files)
    if not stamp.exists():
        _say(f"Making {folder.relative_to(ROOT)} (once) …")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in files:
            shutil.copy(file, folder)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
        stamp.touch()
    return folder


def _stamp(folder: Path, *made_from: Path) -> Path:
    """A file that is in the folder if it was made from these files, by this Python."""
    digest = hashlib.sha256(sys.version.encode())
    for file in made_from:
        digest.update(file.read_bytes())
    return folder / f"made-from-{digest.hexdigest()[:16]}"


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
