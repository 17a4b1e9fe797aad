"""How often a key may call: the generic cell rate algorithm (ITU-T I.371), one number a key.

The number is the moment at which the key's allowance would be whole again. A call moves it on by one interval; a call
that would move it further ahead than the burst allows is refused. The memory is bounded; a restart forgets, in the
caller's favour.
"""

from __future__ import annotations

from typing import Final, NamedTuple

KEYS_MAX: Final = 50_000
_SECOND: Final = 1_000_000


class Verdict(NamedTuple):
    """The answer, and the three headers."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int  # seconds until the allowance is whole again
    retry_after_s: int


def decide(whole_at_us: int, now_us: int, per_second: int) -> tuple[Verdict, int]:
    """The verdict for a key whose allowance is whole at `whole_at_us`, and the new such moment."""
    step, burst = interval(per_second)
    after = (whole_at_us if whole_at_us > now_us else now_us) + step  # noqa: FURB136  max() costs as much as the rest
    ahead = after - now_us
    if ahead > burst:
        wait, whole = ahead - burst, ahead - step
        return Verdict(False, per_second, 0, -(-whole // _SECOND), -(-wait // _SECOND)), whole_at_us
    return Verdict(True, per_second, (burst - ahead) // step, -(-ahead // _SECOND), 0), after


def interval(per_second: int) -> tuple[int, int]:
    """Microseconds that one call uses up, and how far ahead calls may run: a second's worth may come at once."""
    step = _SECOND // per_second
    return step, step * per_second


class InProcess:
    """Numbers in this process's memory: of the last KEYS_MAX keys that called, and of at most as many before them.

    Two generations, so that nothing ever has to be searched for what is old: a full one becomes the elder, and the
    elder is dropped. Whoever is forgotten by that has not called while KEYS_MAX others did.
    """

    def __init__(self, per_second: int) -> None:
        assert 0 < per_second <= _SECOND, per_second
        self.per_second = per_second
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}

    async def take(self, key: str, now_us: int) -> Verdict:
        return self.count(key, now_us)

    async def close(self) -> None:
        return None

    def count(self, key: str, now_us: int) -> Verdict:
        """Count one call, at once."""
        young = self._young
        whole_at = young.get(key)
        if whole_at is None:
            whole_at = self._old.get(key, 0)
            if len(young) >= KEYS_MAX:
                self._old, self._young = young, {}
                young = self._young
        if whole_at - now_us > _SECOND:  # no call moves it on so far: the clock was set back
            whole_at = 0
        verdict, young[key] = decide(whole_at, now_us, self.per_second)
        return verdict
