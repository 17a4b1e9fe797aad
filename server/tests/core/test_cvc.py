import copy
import json
import pickle
from collections.abc import Callable

import msgspec
import pytest

from finsecure_server.core.cvc import Cvc

CODE = Cvc("8374")


def test_only_reveal_shows_it() -> None:
    assert CODE.reveal() == "8374"


@pytest.mark.parametrize("text", [repr(CODE), str(CODE), f"{CODE}", f"{CODE:>9}", f"{[CODE]}", "%s" % CODE])  # noqa: UP031  that way of writing is what is tested
def test_no_text_shows_it(text: str) -> None:
    assert "8374" not in text
    assert "•••" in text


@pytest.mark.parametrize(
    "write",
    [
        json.dumps,
        msgspec.json.encode,
        msgspec.msgpack.encode,
        msgspec.to_builtins,
        pickle.dumps,
        lambda code: pickle.dumps(code, protocol=0),
        lambda code: code.__getstate__(),
        copy.copy,
        copy.deepcopy,
        vars,
    ],
)
def test_nothing_writes_it_down(write: Callable[[Cvc], object]) -> None:
    with pytest.raises(TypeError) as raised:
        write(CODE)
    assert "8374" not in str(raised.value)
