"""Django admin: mappings and settings to edit; documents, outbox and copies of Exact to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import HttpRequest

from accounts_link.models import NumberSequence
from exact_client.models import Division
from sync.forms import GLMappingForm, JournalMappingForm, VATMappingForm
from sync.models import (
    ApiClient,
    Attempt,
    BookingSettings,
    CostCentre,
    GLAccount,
    GLMapping,
    Invoice,
    InvoiceLine,
    Journal,
    JournalMapping,
    OutboxEntry,
    PaymentCondition,
    Run,
    Signal,
    Upload,
    VATCode,
    VATMapping,
)
from sync.services import decide, prepare
from sync.services.clock import SystemClock

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import Model, QuerySet

    ModelAdmin = admin.ModelAdmin[Model]
    TabularInline = admin.TabularInline[Model, Model]
else:  # Django's own classes do not know that they are generic
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline

admin.site.site_header = "Exactlink"
admin.site.site_title = "Exactlink administration"
admin.site.index_title = "Exactlink administration"


class ReadOnly(ModelAdmin):
    """Rows that the work itself writes: to look at, not to edit."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The work makes them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes them here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is forgotten."""
        return False


class ReadOnlyInline(TabularInline):
    """Rows below another that nobody edits."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The work makes them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes them here."""
        return False


# --- What is edited -----------------------------------------------------------------------------


class Mapping(ModelAdmin):
    """A mapping: takes effect at once for every document of which nothing was sent."""

    list_editable = ("is_active",)
    actions = ("switch_off", "switch_on")
    save_on_top = True

    @admin.action(description="Switch the selected rows off")
    def switch_off(self, request: HttpRequest, rows: QuerySet[Model]) -> None:
        """Keep the rows, stop using them."""
        self._switch(request, rows, on=False)

    @admin.action(description="Switch the selected rows on")
    def switch_on(self, request: HttpRequest, rows: QuerySet[Model]) -> None:
        """Use the rows again."""
        self._switch(request, rows, on=True)

    def _switch(self, request: HttpRequest, rows: QuerySet[Model], *, on: bool) -> None:
        count = rows.update(is_active=on)
        _follow()
        self.message_user(request, f"{count} row(s) are switched {'on' if on else 'off'}.")

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: Any) -> None:
        """Save, and let the documents that wait for it follow."""
        super().save_model(request, obj, form, change)
        _follow()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Mappings are switched off, not deleted, so that what was booked keeps its reason."""
        return False


def _follow() -> None:
    for division in Division.objects.chosen():
        prepare.refresh(division)


@admin.register(JournalMapping)
class JournalMappingAdmin(Mapping):
    """Which journal takes the invoices and credit notes of a location."""

    form = JournalMappingForm
    list_display = ("place", "division", "journal", "credit_journal", "cost_centre", "is_active")
    list_filter = ("is_active", "division", "journal")
    list_select_related = ("division", "journal", "credit_journal", "cost_centre")
    search_fields = ("location", "journal__code", "journal__description")

    @admin.display(description="Location", ordering="location")
    def place(self, row: JournalMapping) -> str:
        """Say what the empty location means."""
        return row.location or "every other location"


@admin.register(GLMapping)
class GLMappingAdmin(Mapping):
    """Which G/L account takes what was sold; the most exact row wins."""

    form = GLMappingForm
    list_display = ("what", "place", "division", "gl_account", "is_active")
    list_filter = ("is_active", "division", "resource_type", "location")
    list_select_related = ("division", "gl_account")
    search_fields = ("location", "resource_code", "gl_account__code", "gl_account__description")

    @admin.display(description="What is sold", ordering="resource_type")
    def what(self, row: GLMapping) -> str:
        """Say what the empty fields mean."""
        words = filter(None, (row.get_resource_type_display(), row.resource_code))
        return " ".join(words) or "everything else"

    @admin.display(description="Location", ordering="location")
    def place(self, row: GLMapping) -> str:
        """Say what the empty location means."""
        return row.location or "every location"


@admin.register(VATMapping)
class VATMappingAdmin(Mapping):
    """Which VAT code a kind of customer and a rate get."""

    form = VATMappingForm
    list_display = ("country_group", "customers", "rate", "division", "vat_code", "is_active")
    list_filter = ("is_active", "division", "country_group", "business_type")
    list_select_related = ("division", "vat_code")
    search_fields = ("vat_code__code", "vat_code__description")

    @admin.display(description="Customers", ordering="business_type")
    def customers(self, row: VATMapping) -> str:
        """Say what the empty business type means."""
        return row.get_business_type_display() or "every customer"


@admin.register(BookingSettings)
class BookingSettingsAdmin(ModelAdmin):
    """The choices that hold for a whole division."""

    list_display = (
        "division", "push_policy", "create_accounts", "fill_search_code", "code_policy", "is_paused",
    )  # fmt: skip
    list_editable = ("push_policy", "create_accounts", "fill_search_code", "is_paused")
    list_select_related = ("division",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A division without settings would fall back to the defaults unseen."""
        return False


@admin.register(NumberSequence)
class NumberSequenceAdmin(ModelAdmin):
    """Numbers that are handed out one by one."""

    list_display = ("name", "prefix", "next_number")
    search_fields = ("name", "prefix")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A sequence that began anew would hand out numbers twice."""
        return False


# --- What is read -------------------------------------------------------------------------------


class LedgerCopy(ReadOnly):
    """Our copy of what the books offer; “Refresh from Exact” in the set-up brings it up to date."""

    search_fields = ("code", "description")
    list_select_related = ("division",)


@admin.register(Journal)
class JournalAdmin(LedgerCopy):
    """Journals; sales entries go to type 20 alone."""

    list_display = ("code", "description", "division", "type", "is_blocked", "is_gone")
    list_filter = ("type", "is_blocked", "is_gone", "division")


@admin.register(GLAccount)
class GLAccountAdmin(LedgerCopy):
    """G/L accounts; revenue is type 110."""

    list_display = ("code", "description", "division", "type", "use_cost_centre", "is_gone")
    list_filter = ("type", "use_cost_centre", "is_blocked", "is_gone", "division")


@admin.register(VATCode)
class VATCodeAdmin(LedgerCopy):
    """VAT codes, with their rate and whether amounts include it."""

    list_display = ("code", "description", "division", "percentage", "type", "is_gone")
    list_filter = ("type", "transaction_type", "is_gone", "division")


@admin.register(PaymentCondition, CostCentre)
class CodeAdmin(LedgerCopy):
    """Payment conditions, and cost centres."""

    list_display = ("code", "description", "division", "is_gone")
    list_filter = ("is_gone", "division")


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
