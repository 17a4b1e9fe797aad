"""Structs before threads: what happens to a server that is asked many things in its first moment."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

#: Six threads decode Structs that nobody has decoded, the same one at once. The process lives, or dies by a signal.
AT_ONCE = dedent(
    """
    import sys, threading, msgspec
    from finsecure_server.storage import engines

    inner = [("f%d" % place, int | None, None) for place in range(20)]
    structs = []
    for number in range(300):
        parts = [msgspec.defstruct("Part%d" % part, inner) for part in range(5)]
        fields = [("part%d" % place, list[part] | None, None) for place, part in enumerate(parts)]
        structs.append(msgspec.defstruct("Whole", fields))
    OPEN

    def rush(struct):
        together.wait()
        msgspec.json.decode(b'{"part4": [{"f3": 1, "f19": 2}], "part0": [{"f1": 2}]}', type=struct)

    sys.setswitchinterval(1e-6)
    together = threading.Barrier(6)
    for struct in structs:
        threads = [threading.Thread(target=rush, args=(struct,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    """
)


def test_many_threads_decode_as_soon_as_a_database_is_open(sqlite_url: str) -> None:
    opened = AT_ONCE.replace("OPEN", f"engines.open_database({sqlite_url!r})")
    done = subprocess.run([sys.executable, "-c", opened], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
