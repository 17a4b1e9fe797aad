"""`--bundle FILE`: the report and what surrounds it, packed for whoever helps; all of it through `redact`."""

from __future__ import annotations

import io
import json
import platform
import ssl
import sys
import tarfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from finsecure._version import __version__
from finsecure.cli.look import Look
from finsecure.doctor import report
from finsecure.doctor.context import Context
from finsecure.doctor.finding import Finding, Verdict
from finsecure.doctor.redact import redact

_PACKAGES: Final = ("finsecure", "urllib3", "aiohttp", "click", "redis", "certifi")
_READ_ONLY: Final = 0o600


def pack(path: Path, context: Context, found: Sequence[Finding], said: Verdict) -> list[str]:
    """Write a `.zip`, or a `.tar.gz` if its name says so, readable by its owner only. The names of what is in it."""
    members = {name: redact(text) for name, text in _members(context, found, said).items()}
    data = _tar(members) if path.name.endswith((".tar.gz", ".tgz")) else _zip(members)
    path.touch(mode=_READ_ONLY)
    path.write_bytes(data)
    return list(members)


def _members(context: Context, found: Sequence[Finding], said: Verdict) -> Mapping[str, str]:
    plain = Look(colour=False)
    rows = report.Lines(plain, everything=True)
    lines = [report.head(context), "", *(rows.of(one) for one in found)]
    return {
        "report.txt": "\n".join([*lines, *report.summary(found, said, plain), ""]),
        "report.json": json.dumps(report.document(context, found, said), ensure_ascii=False, indent=2) + "\n",
        "environment.txt": _environment(context),
        "machine.txt": _machine(),
        "replies.txt": _replies(context),
    }


def _environment(context: Context) -> str:
    """Our variables and those of proxies and trust. The value of one that is secret is not there at all."""
    rows = []
    for name, value in sorted(context.world.environ.items()):
        upper = name.upper()
        if not upper.startswith(("FINSECURE", "SSL_CERT")) and not upper.endswith("_PROXY"):
            continue
        secret = any(word in upper for word in ("KEY", "SECRET", "TOKEN", "PASSWORD"))
        rows.append(f"{name}: {f'set, {len(value)} characters' if secret else value}")
    return "\n".join([*rows, ""])


def _machine() -> str:
    rows = [
        f"finsecure {__version__}",
        f"Python {platform.python_version()} ({platform.python_implementation()}) on {platform.platform()}",
        ssl.OPENSSL_VERSION,
        f"zone {'/'.join(time.tzname)}, encoding {sys.getfilesystemencoding()}",
    ]
    for name in _PACKAGES:
        try:
            rows.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            rows.append(f"{name} is not installed")
    return "\n".join([*rows, ""])


def _replies(context: Context) -> str:
    """Status and headers of what the API answered: they tell what stands in between."""
    facts = context.facts
    rows = []
    for name, answer in (("health", facts.health), ("account", facts.auth)):
        if answer is not None:
            rows.append(f"{name}: {answer.status} from {answer.address}")
            rows += [f"  {header}: {value}" for header, value in answer.headers.items()]
    return "\n".join([*rows, ""])


def _zip(members: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(f"doctor/{name}", text)
    return packed.getvalue()


def _tar(members: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in members.items():
            data = text.encode()
            entry = tarfile.TarInfo(f"doctor/{name}")
            entry.size = len(data)
            entry.mtime = int(time.time())
            archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()
