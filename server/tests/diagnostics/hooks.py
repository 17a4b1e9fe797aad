"""What becomes of a busy merchant's events: sent by the real sender to receivers that take them, or do not."""

from __future__ import annotations

from typing import Any, Final

from finsecure_server.webhooks import delivery_api, replay_api, sample_api
from tests.receiver import Receiver, receiving
from tests.world import World

ROUTES: Final = (*delivery_api.ROUTES, *replay_api.ROUTES, *sample_api.ROUTES)
PATH: Final = "/v1/webhook_endpoints"
HOUR: Final = 3600
APART: Final = 300  # seconds from a filter's beginning to what is surely wanted


async def delivered(world: World) -> None:
    """Endpoints that succeed, fail, are disabled, enabled and deleted; resends, replays, tests and a rolled secret.

    In the end none of them hears of anything any more, for their receivers are gone.
    """
    await world.outbound.open()
    try:
        async with receiving() as shop, receiving(lambda _: 500) as broken:
            await _lives(world, shop, broken)
    finally:
        await world.outbound.close()


async def _lives(world: World, shop: Receiver, broken: Receiver) -> None:
    every = await hook_at(world, shop, "*", **{"headers[X-Shop-Token]": "open sesame"})
    failing = await hook_at(world, broken, "customer.created")
    mended = await hook_at(world, broken, "customer.created")
    off, back, again, gone = [await hook_at(world, shop, "charge.*") for _ in range(4)]
    for endpoint in (off, back, again, gone):
        await world.made(f"{PATH}/{endpoint}/disable")
    await world.pass_time(APART, deliver=True)
    await world.made("/v1/customers", {"email": "gil@example.com"})
    await world.pay(1100)
    await world.pass_time(4 * HOUR, deliver=True)
    assert await _states(world, failing) == {"exhausted"}
    broken.answer = lambda _: 200
    (delivery,) = (await world.seen(f"/v1/webhook_deliveries?webhook_endpoint={mended}"))["data"]
    await world.made(f"/v1/webhook_deliveries/{delivery['id']}/resend")
    await world.made(f"{PATH}/{back}/enable")
    await world.made(f"{PATH}/{again}/enable", {"replay_held": "true"})
    await world.call("DELETE", f"{PATH}/{gone}")
    await world.made(f"{PATH}/{every}/roll_secret")
    await world.made(f"{PATH}/{every}/send_test_event", {"type": "refund.created"})
    await world.made(f"{PATH}/{every}/test")
    await world.pass_time(APART, deliver=True)
    assert await _states(world, mended) == {"delivered"}
    assert await _states(world, off) == await _states(world, back) == {"held"}
    assert await _states(world, again) == await _states(world, every) == {"delivered"}
    assert await _states(world, gone) == {"canceled"}
    await _replayed(world, shop, every)
    await world.deliver()
    await world.made(f"{PATH}/{every}", {"enabled_events": ["webhook_endpoint.test"], "timeout": 5})
    for endpoint in (failing, mended, back, again):
        await world.made(f"{PATH}/{endpoint}/disable")


async def _replayed(world: World, shop: Receiver, every: str) -> None:
    """A replay of what an endpoint could not hear of, and two that are called off as they begin."""
    late = await hook_at(world, shop, "customer.*")
    missed = {"webhook_endpoint": late, "states": ["missing"], "created[gte]": 1, "types": ["customer.created"]}
    await world.made("/v1/webhook_replays", missed)
    await world.pass_time(60, deliver=True)
    assert await _states(world, late) == {"delivered"}
    missed["types"] = ["customer.deleted"]
    for asked in (missed, {"webhook_endpoint": every, "states": ["delivered"], "rate": 1}):
        replay = await world.made("/v1/webhook_replays", asked)
        await world.worker.sweep()
        assert (await world.seen(f"/v1/webhook_replays/{replay['id']}"))["progress"]["untried"]
        await world.made(f"/v1/webhook_replays/{replay['id']}/cancel")
        await world.pass_time(2)
        assert (await world.seen(f"/v1/webhook_replays/{replay['id']}"))["status"] == "canceled"
    await world.made(f"{PATH}/{late}/disable")


async def listening(world: World) -> str:
    """An endpoint that wants what happens from now on, and that nothing is sent to: it waits."""
    hook = {"url": "https://shop.example/hooks", "enabled_events": ["charge.succeeded", "customer.created"]}
    made = await world.made(PATH, hook)
    endpoint: str = made["id"]
    return endpoint


async def under_way(world: World, endpoint: str) -> None:
    """A replay that has begun."""
    missed = {"webhook_endpoint": endpoint, "states": ["missing"], "created[gte]": 1, "types": ["customer.created"]}
    replay = await world.made("/v1/webhook_replays", {**missed, "rate": 1})
    await world.worker.sweep()
    shown = await world.seen(f"/v1/webhook_replays/{replay['id']}")
    assert (shown["status"], shown["progress"]["untried"] > 0) == ("running", True)


async def hook_at(world: World, receiver: Receiver, pattern: str, **more: Any) -> str:
    made = await world.made(PATH, {"url": receiver.url, "enabled_events": [pattern], **more})
    endpoint: str = made["id"]
    return endpoint


async def _states(world: World, endpoint: str) -> set[str]:
    shown = await world.seen(f"/v1/webhook_deliveries?limit=100&webhook_endpoint={endpoint}")
    return {row["status"] for row in shown["data"]}
