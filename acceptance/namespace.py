"""A network and a file system of our own, in which api.finsecure.com is this machine, and which nobody else sees.

Linux gives them without an administrator: a user namespace in which we are root, a mount namespace in which two files
of /etc are ours, and a network namespace that has a loopback interface and nothing else. So the ports 443 and 53 are
free, no block can reach the Internet, and nothing is left behind.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

_WAYS: Final = (("--map-root-user", "--mount", "--net"), ("--mount", "--net"))
_SIOCGIFFLAGS: Final = 0x8913
_SIOCSIFFLAGS: Final = 0x8914
_IFF_UP: Final = 1
_IFREQ: Final = "16sH14x"  # struct ifreq: the name of an interface and its flags


class NoNamespace(Exception):
    """This machine gives us none; says why."""


def enter(command: Sequence[str]) -> NoReturn:
    """Become `command`, in new namespaces. Raises NoNamespace."""
    unshare = shutil.which("unshare")
    if unshare is None:
        raise NoNamespace("there is no command `unshare`; it is part of Linux (the package util-linux)")
    why = ""
    for way in _WAYS[: 2 if os.geteuid() == 0 else 1]:
        tried = subprocess.run([unshare, *way, "true"], capture_output=True, text=True, check=False)
        if tried.returncode == 0:
            sys.stdout.flush()
            os.execv(unshare, [unshare, *way, *command])  # noqa: S606  because we become it
        why = tried.stderr.strip()
    raise NoNamespace(why)


def furnish(folder: Path, hosts: Mapping[str, str], nameserver: str) -> None:
    """Bring loopback up, and make these names lead to these addresses; to be called inside.

    `hosts` is name → address. All other names are asked of `nameserver`. Raises RuntimeError if a name leads elsewhere
    all the same, before anything can be sent there.
    """
    _loopback_up()
    lines = ["127.0.0.1 localhost", "::1 localhost", *(f"{address} {name}" for name, address in hosts.items())]
    _in_place_of("/etc/hosts", folder / "hosts", "\n".join(lines))
    _in_place_of("/etc/resolv.conf", folder / "resolv.conf", f"nameserver {nameserver}\noptions timeout:1 attempts:2")
    for name, address in hosts.items():
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(name, 443, socket.AF_INET)}
        if found != {address}:
            raise RuntimeError(f"{name} leads to {found}, not to {address}: does this machine run nscd?")


def _in_place_of(path: str, ours: Path, text: str) -> None:
    ours.write_text(text + "\n", "ascii")
    subprocess.run(["mount", "--bind", ours, path], check=True)


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        answer = fcntl.ioctl(sock, _SIOCGIFFLAGS, struct.pack(_IFREQ, b"lo", 0))
        _, flags = struct.unpack(_IFREQ, answer)
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack(_IFREQ, b"lo", flags | _IFF_UP))
