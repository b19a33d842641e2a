"""Who is told of events, and where customers may be sent back to."""

from __future__ import annotations

from esign.engine.webhooks.desk import MadeWebhook
from web.api import shapes
from web.api.calls import Call, Reply


def all_webhooks(call: Call) -> Reply:
    """Return all webhooks."""
    return Reply(content={"items": [shapes.webhook(view) for view in call.application.webhooks.list(call.actor)]})


def create(call: Call) -> Reply:
    """Make a webhook; here its secret is shown."""
    body = call.body
    made = call.application.webhooks.create(
        call.actor, url=body["url"], kinds=body.get("kinds", ()), notify=body.get("notify", "")
    )
    location = f"{call.application.settings.web_url}/api/v1/webhooks/{made.view.id}"
    return Reply(status=201, content=_with_secret(made), headers=(("Location", location),))


def get(call: Call) -> Reply:
    """Return a webhook."""
    return Reply(content=shapes.webhook(call.application.webhooks.view(call.actor, call.path["webhook_id"])))


def change(call: Call) -> Reply:
    """Change a webhook."""
    changed = call.application.webhooks.change(call.actor, call.path["webhook_id"], **call.body)
    return Reply(content=shapes.webhook(changed))


def delete(call: Call) -> Reply:
    """Delete a webhook."""
    call.application.webhooks.remove(call.actor, call.path["webhook_id"])
    return Reply(status=204)


def rotate(call: Call) -> Reply:
    """Give a webhook a new secret; here it is shown."""
    return Reply(content=_with_secret(call.application.webhooks.rotate(call.actor, call.path["webhook_id"])))


def test(call: Call) -> Reply:
    """Queue a test."""
    return Reply(
        status=202, content=shapes.delivery(call.application.webhooks.test(call.actor, call.path["webhook_id"]))
    )


def deliveries(call: Call) -> Reply:
    """Return a page of the delivery log."""
    found = call.application.webhooks.deliveries(
        call.actor, call.path["webhook_id"], after=call.query.get("after"), limit=call.query["limit"]
    )
    return Reply(content={"items": [shapes.delivery(each) for each in found.deliveries], "next": found.next})


def redeliver(call: Call) -> Reply:
    """Send once more."""
    again = call.application.webhooks.redeliver(call.actor, call.path["webhook_id"], call.path["delivery_id"])
    return Reply(status=202, content=shapes.delivery(again))


def return_addresses(call: Call) -> Reply:
    """Return all return addresses."""
    found = call.application.journeys.addresses(call.actor)
    return Reply(content={"items": [shapes.return_address(each) for each in found]})


def create_return_address(call: Call) -> Reply:
    """Register an origin; here its secret is shown."""
    made = call.application.journeys.register(call.actor, call.body["origin"])
    return Reply(status=201, content={**shapes.return_address(made), "secret": made.secret})


def delete_return_address(call: Call) -> Reply:
    """Forget an origin."""
    call.application.journeys.unregister(call.actor, call.path["return_address_id"])
    return Reply(status=204)


def _with_secret(made: MadeWebhook) -> dict[str, object]:
    return {**shapes.webhook(made.view), "secret": made.secret}
