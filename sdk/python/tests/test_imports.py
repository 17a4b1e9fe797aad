"""What an import costs, counted in modules: those do not differ from machine to machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import finsecure


def loaded(code: str) -> set[str]:
    """The modules that a fresh interpreter has after `code`, beyond those that it begins with."""
    script = f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_import_alone_loads_next_to_nothing() -> None:
    assert loaded("import finsecure") <= {"__future__", "finsecure", "finsecure._version"}


def test_a_client_loads_urllib3_and_no_other_package() -> None:
    modules = loaded("import finsecure; finsecure.Client('sk_test_1').payment_intents")
    packages = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names
    assert packages - {"urllib3", "finsecure", "h2", "brotli", "brotlicffi", "socks", "_cffi_backend"} <= {"certifi"}
    ours = {name for name in modules if name.startswith("finsecure")}
    assert len(ours) <= 30, sorted(ours)
    assert "finsecure._generated.params" not in modules
    assert "finsecure._generated.async_services" not in modules


def test_webhooks_load_no_network() -> None:
    modules = loaded("import finsecure; finsecure.Webhook")
    assert not modules & {"urllib3", "ssl", "http.client", "asyncio"}


def test_every_public_name_is_there() -> None:
    for name in dir(finsecure):
        getattr(finsecure, name)
    assert {"PaymentIntent", "Client", "CardError", "Webhook", "api_key"} <= set(dir(finsecure))
    assert not hasattr(finsecure, "Nothing_")


def test_the_wheel_is_small() -> None:
    files = [path for path in Path(finsecure.__file__).parent.rglob("*") if path.suffix in {".py", ".typed"}]
    assert sum(path.stat().st_size for path in files) < 1_500_000, "a tenth of what stripe's is"
    assert any(path.name == "py.typed" for path in files)


README = Path(__file__).resolve().parents[1] / "README.md"


def test_every_block_of_the_readme_is_python() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert len(blocks) >= 6
    for block in blocks:
        compile(block, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        for name in re.findall(r"finsecure\.([A-Z]\w+)", block):
            assert getattr(finsecure, name)
