"""Documents, the outbox, files and runs: what the work itself writes, to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.http import HttpRequest

from sync.admin.common import ReadOnly, ReadOnlyInline
from sync.models import (
    ApiClient,
    Attempt,
    Invoice,
    InvoiceLine,
    OutboxEntry,
    Run,
    Signal,
    Upload,
)
from sync.services.clock import SystemClock
from sync.services.delivery import decide

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet


class LineInline(ReadOnlyInline):
    """The lines of a document."""

    model = InvoiceLine


@admin.register(Invoice)
class InvoiceAdmin(ReadOnly):
    """Documents as zapfloor gave them; pushing and holding is done on the page Invoices."""

    list_display = ("number", "kind", "invoice_date", "customer", "amount", "state", "entry_number")
    list_filter = ("state", "kind", "location", "division")
    list_select_related = ("customer",)
    search_fields = ("number", "customer__name", "customer__number", "entry_number")
    date_hierarchy = "invoice_date"
    inlines = (LineInline,)


class AttemptInline(ReadOnlyInline):
    """Each step that was taken."""

    model = Attempt


@admin.register(OutboxEntry)
class OutboxEntryAdmin(ReadOnly):
    """What was to be made in Exact, what was tried, and what came of it."""

    list_display = (
        "identity", "reference", "kind", "customer", "amount", "state", "remote_number", "made_at",
    )  # fmt: skip
    list_filter = ("state", "kind", "problem", "division")
    list_select_related = ("customer", "division")
    search_fields = ("identity", "reference", "remote_number", "customer__name")
    date_hierarchy = "made_at"
    inlines = (AttemptInline,)
    actions = ("try_again",)

    def has_try_permission(self, request: HttpRequest) -> bool:
        """Whoever may push may try again."""
        return request.user.has_perm("sync.change_invoice")

    @admin.action(description="Try again: look in Exact first, then send anew", permissions=["try"])
    def try_again(self, request: HttpRequest, entries: QuerySet[OutboxEntry]) -> None:
        """Hand each entry that waits for a person back to the work."""
        user: User = request.user  # type: ignore[assignment]  # admin lets nobody else in
        tried = 0
        for entry in entries:
            try:
                decide.send_again(entry, SystemClock(), by=user)
            except decide.DecisionError as error:
                self.message_user(request, f"{entry}: {error}", messages.WARNING)
            else:
                tried += 1
        self.message_user(request, f"{tried} will be looked up in Exact, and then sent anew.")


@admin.register(Signal)
class SignalAdmin(ReadOnly):
    """What a person was told."""

    list_display = ("title", "key", "opened_at", "closed_at")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    search_fields = ("title", "key")


@admin.register(Run)
class RunAdmin(ReadOnly):
    """What long work did."""

    list_display = ("job", "state", "asked_at", "asked_by", "done", "total", "calls", "message")
    list_filter = ("job", "state")
    list_select_related = ("asked_by",)
    date_hierarchy = "asked_at"


@admin.register(Upload)
class UploadAdmin(ReadOnly):
    """Files that people brought."""

    list_display = ("name", "kind", "state", "uploaded_by", "uploaded_at", "imported_at")
    list_filter = ("kind", "state")
    list_select_related = ("uploaded_by",)
    search_fields = ("name",)


@admin.register(ApiClient)
class ApiClientAdmin(ReadOnly):
    """Programs with a key; keys are made and revoked in the set-up, under API keys."""

    list_display = ("name", "prefix", "scopes", "is_active", "made_by", "last_used_at")
    list_filter = ("is_active",)
    list_select_related = ("made_by",)
    search_fields = ("name", "prefix")
    exclude = ("key_hash",)
