"""Following a list: nothing is missed, also what appears behind something that was seen."""

from __future__ import annotations

from typing import Any

import pytest

from finsecure import errors
from finsecure.cli.follower import OVERLAP, RECHECK, Follower, Patience, newest, second

PATH = "/v1/events"


class World:
    """A list of the API, and a clock."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.now = 1000.0
        self.wall = 0.0
        self.calls = 0

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        self.calls += 1
        assert path == PATH
        ids = sorted(self.ids, reverse=True)
        for name in ("ending_before", "starting_after"):
            if name in params and params[name] not in self.ids:
                error = {"code": "resource_missing", "type": "invalid_request_error"}
                raise errors.InvalidRequestError("No such event", error=error, http_status=404)
        if "created[gte]" in params:
            ids = [one for one in ids if second(one) >= params["created[gte]"]]
        limit = params["limit"]
        if "ending_before" in params:
            newer = [one for one in ids if one > params["ending_before"]]
            return {"data": [{"id": one} for one in newer[-limit:]], "has_more": len(newer) > limit}
        if "starting_after" in params:
            ids = [one for one in ids if one < params["starting_after"]]
        return {"data": [{"id": one} for one in ids[:limit]], "has_more": len(ids) > limit}

    def follower(self, anchor: str | None = None, seen: tuple[str, ...] = ()) -> Follower:
        return Follower(self.get, PATH, {}, anchor, seen, clock=lambda: self.now, wall=lambda: self.wall)


def event(number: int) -> str:
    """An id: a later number is a later time."""
    return f"evt_{number:012d}xxxxxxxxxxxxxxxx"


def take(follower: Follower) -> list[str]:
    found = []
    for one in follower.new():
        found.append(one["id"])
        follower.mark(one["id"])
    return found


@pytest.fixture
def world() -> World:
    return World()


def test_from_old_to_new_over_pages(world: World) -> None:
    world.ids = [event(n) for n in range(350)]
    assert take(world.follower(event(0))) == world.ids[1:]
    assert take(world.follower()) == world.ids
    follower = world.follower(event(340))
    assert len(take(follower)) == 9
    assert take(follower) == []


def test_what_appears_behind_is_found(world: World) -> None:
    world.ids = [event(1), event(5)]
    follower = world.follower(event(1))
    assert take(follower) == [event(5)]
    world.ids.append(event(3))  # its request came in before that of 5, and took longer
    world.now += RECHECK
    assert take(follower) == [event(3)]
    world.now += RECHECK
    assert take(follower) == []


def test_most_looks_ask_only_for_what_is_new(world: World) -> None:
    world.ids = [event(n) for n in range(250)]
    follower = world.follower(event(0))
    take(follower)
    world.calls = 0
    for _ in range(int(RECHECK) - 1):
        world.now += 1
        take(follower)
    assert world.calls == int(RECHECK) - 1


def test_the_anchor_moves_when_nothing_can_come_before_it(world: World) -> None:
    world.ids = [event(1), event(2)]
    follower = world.follower(event(1))
    take(follower)
    world.now += OVERLAP - 1
    take(follower)
    assert follower.anchor == event(1)
    world.now += 1
    take(follower)
    assert (follower.anchor, follower.seen) == (event(2), {})


def test_a_long_past_is_settled_while_it_is_walked(world: World) -> None:
    world.ids = [event(n) for n in range(1200)]
    world.wall = second(event(1100)) + 3600.5
    follower = world.follower()
    assert take(follower) == world.ids
    assert follower.anchor is not None
    assert len(follower.seen) < 200


def test_it_goes_on_where_it_stopped(world: World) -> None:
    world.ids = [event(n) for n in range(6)]
    follower = world.follower(event(0))
    for one in follower.new():
        if one["id"] == event(3):
            break  # a crash: this one is not marked
        follower.mark(one["id"])
    again = world.follower(follower.anchor, tuple(follower.seen))
    assert take(again) == [event(3), event(4), event(5)]


def test_a_cursor_that_the_server_does_not_know(world: World) -> None:
    world.ids = [event(n) for n in range(10)]
    follower = world.follower(event(4))
    world.ids = [event(n) for n in range(6, 10)]  # what is old was thrown away
    assert take(follower) == world.ids
    assert take(follower) == []


def test_the_newest(world: World) -> None:
    assert newest(world.get, PATH, {}) is None
    world.ids = [event(1), event(2)]
    assert newest(world.get, PATH, {}) == event(2)


def test_the_time_in_an_id() -> None:
    assert second("evt_01k0vgvqhyqzy3z1fk72k5y3gqrk") == 1_795_348_800


def test_patience() -> None:
    said: list[str] = []
    slept: list[float] = []
    patience = Patience(said.append, slept.append)
    for _ in range(6):
        patience.failed(errors.APIConnectionError("No.", kind="connect", sent=False))
    patience.well()
    patience.well()
    assert len(said) == 2
    assert slept == [1.0, 2.0, 4.0, 5.0, 5.0, 5.0]
    with pytest.raises(errors.AuthenticationError):
        patience.failed(errors.AuthenticationError("No."))
    with pytest.raises(errors.APIConnectionError):
        patience.failed(errors.APIConnectionError("No.", kind="tls", sent=False))
