"""What an op is handed: its account's clock, ids in order, and the same moment for another account."""

from __future__ import annotations

from typing import Any, cast

import pytest

from finsecure_server.core import ids
from finsecure_server.core.env import Env, Vault

WALL = 1_795_388_934_000_000
HOUR = 3_600_000_000
NO_VAULT = cast("Vault", None)


def env(**given: Any) -> Env:
    """An op's surroundings, with a chance that is none."""
    settings: dict[str, Any] = {"account": "acct_a", "livemode": False, "wall": WALL, **given}
    return Env(chance=bytes, processor=None, vault=NO_VAULT, **settings)


def test_test_mode_lives_by_the_test_clock_and_live_mode_by_the_wall() -> None:
    assert env(clock_offset=HOUR).now == WALL + HOUR
    assert env(clock_offset=HOUR, livemode=True).now == WALL
    assert env(clock_offset=HOUR).seconds == (WALL + HOUR) // 1_000_000


def test_the_ids_of_one_op_sort_in_the_order_they_were_made() -> None:
    surroundings = env()
    made = [surroundings.new_id("evt") for _ in range(100)]
    assert made == sorted(set(made))
    assert ids.when(made[0]) == WALL + 1


def test_another_account_is_met_at_the_same_moment() -> None:
    asked: list[tuple[str, bool, int]] = []

    def others(account: str, livemode: bool, clock_offset: int) -> Env:
        asked.append((account, livemode, clock_offset))
        return env(account=account, livemode=livemode, clock_offset=clock_offset)

    other = env(others=others).of("acct_b", False, HOUR)
    assert (other.account, other.now) == ("acct_b", WALL + HOUR)
    assert asked == [("acct_b", False, HOUR)]


def test_an_op_of_one_account_cannot_reach_another() -> None:
    with pytest.raises(AssertionError):
        env().of("acct_b", False, 0)
