"""What an administrator may see of our connection to Zoho; tokens never show."""

from django.contrib import admin
from django.http import HttpRequest

from zoho_client.models import ZohoChannel, ZohoConnection, ZohoCredits


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # shared by models of several kinds
    """Rows that are made by connecting and calling, not by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds these by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody edits these by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A connection is ended on the set-up page, and its history stays."""
        return False


@admin.register(ZohoConnection)
class ZohoConnectionAdmin(ReadOnlyAdmin):
    """Whose permission we have, and whether it works."""

    list_display = ("org_name", "location", "user_name", "state", "state_reason", "refreshed_at")
    fields = (
        *("org_name", "org_id", "org_type", "edition", "licences"),
        *("location", "accounts_url", "api_domain", "client_id", "state", "state_reason"),
        *("currency", "is_multi_currency", "time_zone", "user_name", "user_email", "scopes"),
        *("connected_by", "connected_at", "refreshed_at"),
    )


@admin.register(ZohoCredits)
class ZohoCreditsAdmin(ReadOnlyAdmin):
    """How much may still be asked."""

    list_display = ("connection", "paused_until")
    fields = ("connection", "paused_until")


@admin.register(ZohoChannel)
class ZohoChannelAdmin(ReadOnlyAdmin):
    """Of which modules Zoho tells us, and until when."""

    list_display = ("module", "connection", "state", "state_reason", "expires_at", "heard_at")
    fields = (
        *("connection", "module", "events", "channel_id", "state", "state_reason"),
        *("asked_at", "expires_at", "renew_at", "heard_at"),
    )
