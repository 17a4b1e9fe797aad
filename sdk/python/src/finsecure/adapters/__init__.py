"""Webhooks in your framework: `finsecure.adapters.flask`, `.django`, `.starlette`, `.fastapi`.

from finsecure.adapters import Webhooks
from finsecure.adapters.flask import blueprint

hooks = Webhooks()  # FINSECURE_WEBHOOK_SECRET

@hooks.on("payment_intent.succeeded")
def fulfil(event):
    ...

app.register_blueprint(blueprint(hooks, "/webhook"))
"""

from __future__ import annotations

from finsecure.adapters.hooks import SeenEvents, Webhooks

__all__ = ["SeenEvents", "Webhooks"]
