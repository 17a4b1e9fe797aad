"""`docs/events.md`: every type of event by family, with the example that `examples.py` has brought about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from finsecure_server.core.event_types import TYPES, EventType, family
from finsecure_server.webhooks.payload import body
from tools.examples import examples

THIN: Final = "payment_intent.succeeded"

HEAD: Final = """\
# Events

An event says that something has happened to an object. It is written in the transaction in which that happened, and
sent to each webhook endpoint whose filters let it through. There are {count} types; `GET /v1/event_types` lists them
too, and `GET /v1/event_types/{{type}}` shows an example.

- `data.object` is the object as it was right after the event. `data.previous_attributes` holds the old values of what
  changed; the tables say which types bring them.
- `sequence` counts the events about one object from 1, without a gap. Events may arrive in any order, and more than
  once: `id` tells that you have seen one, and a lower `sequence` than the last that you have seen tells that it is out
  of date.
- A filter is a type, a family such as `refund.*` or `charge.dispute.*`, or `*` for everything. `charge.*` lets
  `charge.dispute.created` through as well.
- `POST /v1/webhook_endpoints/{{webhook_endpoint}}/send_test_event` sends an endpoint an event of any type, made from
  the example below. Only test mode takes all of them: a live event that is made up could fulfil an order.

An endpoint whose `payload` is `thin` gets the same without the object, but with its address. So does any endpoint when
the event is larger than 256 KiB. The event `{thin}` is then:

```json
{example}
```
"""


def text() -> str:
    """The page, but for its notice."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    thin = json.loads(body(examples()[THIN], None, "thin"))
    yield HEAD.format(count=len(TYPES), thin=THIN, example=json.dumps(thin, indent=2))
    for name, rows in groupby(TYPES.values(), key=lambda row: family(row.name)):
        yield from _family(name, list(rows))


def _family(name: str, rows: list[EventType]) -> Iterator[str]:
    yield f"## `{name}.*`\n"
    yield f"`data.object` is a `{rows[0].object}`.\n"
    yield "| type | when | `previous_attributes` |"
    yield "|--|--|--|"
    yield from (f"| `{row.name}` | {row.says} | {row.before.value} |" for row in rows)
    yield ""
    for row in rows:
        event = json.dumps(json.loads(examples()[row.name]), ensure_ascii=False, indent=1)
        yield f"<details><summary>Example of <code>{row.name}</code></summary>\n"
        yield f"```json\n{event}\n```\n"
        yield "</details>\n"
