"""What an administrator may see of our connection to Exact; tokens never show."""

from django.contrib import admin
from django.http import HttpRequest

from exact_client.models import CallBreaker, Division, ExactConnection


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


@admin.register(ExactConnection)
class ExactConnectionAdmin(ReadOnlyAdmin):
    """Whose permission we have, and whether it works."""

    list_display = ("url", "user_name", "state", "state_reason", "refreshed_at")
    fields = (
        "url",
        "client_id",
        "state",
        "state_reason",
        "user_name",
        "language",
        "connected_by",
        "connected_at",
        "refreshed_at",
    )


@admin.register(Division)
class DivisionAdmin(ReadOnlyAdmin):
    """The companies that the permission covers."""

    list_display = ("code", "name", "country", "currency", "status", "is_chosen")
    list_filter = ("is_chosen", "status")
    search_fields = ("code", "name")


@admin.register(CallBreaker)
class CallBreakerAdmin(ReadOnlyAdmin):
    """Endpoints that rest because they answered too many errors."""

    list_display = ("division", "endpoint", "closed_until")
