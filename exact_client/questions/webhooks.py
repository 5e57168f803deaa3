"""Asking Exact to tell of changes, and not to any more."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from exact_client import odata
from exact_client.questions.base import Questions, created
from exact_client.trade_records import WebhookSubscriptionRecord

SUBSCRIPTIONS = "webhooks/WebhookSubscriptions"


class WebhookQuestions(Questions):
    """Subscriptions of this app in this division.

    They need the scope `organization administration`; without it, each of these questions raises
    ExactDisconnectedError.
    """

    def webhook_subscriptions(self) -> Iterator[WebhookSubscriptionRecord]:
        """Yield what Exact tells, and where."""
        return self._list(WebhookSubscriptionRecord, SUBSCRIPTIONS)

    def subscribe(self, topic: str, callback_url: str) -> WebhookSubscriptionRecord:
        """Ask to be told of a topic, such as Accounts.

        While we wait, Exact posts an empty body to the address and wants 200 or 201 for it. The
        address must be https on the domain of the redirect address.

        Raises ExactRefusedError when it can't be reached, or when the topic has a subscription
        already (kind `taken`): list them then.
        """
        payload = {"Topic": topic, "CallbackURL": callback_url}
        return created(WebhookSubscriptionRecord, self._transport.post(SUBSCRIPTIONS, payload))

    def unsubscribe(self, subscription_id: UUID) -> None:
        """Ask not to be told any more. Raises ExactRefusedError when it is gone already."""
        self._transport.delete(odata.key(SUBSCRIPTIONS, subscription_id))
