"""Chance drawn in pieces: no byte twice, not to another thread, nor to a child."""

from __future__ import annotations

import os
import threading

import pytest

from finsecure_server import chance as module
from finsecure_server.chance import KEY_BYTES, PIECE_BYTES, chance


def test_as_many_as_asked_for_and_none_twice() -> None:
    drawn = [chance(16) for _ in range(3 * PIECE_BYTES // 16)]
    assert {len(piece) for piece in drawn} == {16}
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("count", [0, 1, 5, KEY_BYTES - 1, KEY_BYTES, PIECE_BYTES, 2 * PIECE_BYTES])
def test_any_length(count: int) -> None:
    assert [len(chance(count)) for _ in range(300)] == [count] * 300


def test_a_key_comes_straight_from_the_system() -> None:
    chance(1)
    used = module._piece.used
    chance(KEY_BYTES)
    assert module._piece.used == used


def test_threads_draw_from_pieces_of_their_own() -> None:
    drawn: list[list[bytes]] = []

    def draw() -> None:
        drawn.append([chance(16) for _ in range(1000)])

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({piece for pieces in drawn for piece in pieces}) == 4000


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_does_not_draw_what_its_parent_draws() -> None:
    chance(16)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, chance(16))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 16) != chance(16)
    os.close(reading)
    os.close(writing)
