"""How documents are booked: mappings, routes and settings, edited by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from accounts_link.models import NumberSequence
from sync.admin.common import ModelAdmin
from sync.forms import (
    GLMappingForm,
    JournalMappingForm,
    PaymentConditionMappingForm,
    RouteForm,
    VATMappingForm,
)
from sync.models import (
    BookingSettings,
    GLMapping,
    JournalMapping,
    PaymentConditionMapping,
    Route,
    VATMapping,
)
from sync.services.ledger import routes

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet


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
        routes.follow()
        self.message_user(request, f"{count} row(s) are switched {'on' if on else 'off'}.")

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: Any) -> None:
        """Save, and let the documents that wait for it follow."""
        super().save_model(request, obj, form, change)
        routes.follow()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Mappings are switched off, not deleted, so that what was booked keeps its reason."""
        return False


@admin.register(JournalMapping)
class JournalMappingAdmin(Mapping):
    """Which journal takes the invoices and credit notes of a location."""

    form = JournalMappingForm
    list_display = (
        "place", "division", "journal", "credit_journal", "cost_centre", "cost_unit", "is_active",
    )  # fmt: skip
    list_filter = ("is_active", "division", "journal")
    list_select_related = ("division", "journal", "credit_journal", "cost_centre", "cost_unit")
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
    """Which VAT code a kind of customer, a supply and a rate get; the most exact row wins."""

    form = VATMappingForm
    list_display = (
        "country_group", "customers", "supplied", "rate", "division", "vat_code", "is_active",
    )  # fmt: skip
    list_filter = (
        "is_active", "division", "country_group", "business_type", "supply", "vat_category",
    )  # fmt: skip
    list_select_related = ("division", "vat_code")
    search_fields = ("vat_code__code", "vat_code__description")

    @admin.display(description="Customers", ordering="business_type")
    def customers(self, row: VATMapping) -> str:
        """Say what the empty business type means."""
        return row.get_business_type_display() or "every customer"

    @admin.display(description="Supply", ordering="supply")
    def supplied(self, row: VATMapping) -> str:
        """Say what the empty fields mean."""
        words = filter(None, (row.get_supply_display(), row.get_vat_category_display()))
        return ", ".join(words) or "anything"


@admin.register(PaymentConditionMapping)
class PaymentConditionMappingAdmin(Mapping):
    """Which condition of Exact means the payment terms of the source."""

    form = PaymentConditionMappingForm
    list_display = ("terms", "division", "payment_condition", "is_active")
    list_filter = ("is_active", "division")
    list_select_related = ("division", "payment_condition")
    search_fields = ("payment_terms", "payment_condition__code", "payment_condition__description")

    @admin.display(description="Payment terms", ordering="payment_terms")
    def terms(self, row: PaymentConditionMapping) -> str:
        """Say what the empty field means."""
        return row.payment_terms or "all other terms"


@admin.register(Route)
class RouteAdmin(Mapping):
    """Which division books what comes from a billing entity or a location."""

    form = RouteForm
    list_display = ("what", "division", "is_active")
    list_filter = ("is_active", "division")
    list_select_related = ("division",)
    search_fields = ("billing_entity", "location")

    @admin.display(description="What comes from", ordering="billing_entity")
    def what(self, row: Route) -> str:
        """Say what the empty fields mean."""
        return " at ".join(filter(None, (row.billing_entity, row.location))) or "everything else"


@admin.register(BookingSettings)
class BookingSettingsAdmin(ModelAdmin):
    """The choices that hold for a whole division."""

    list_display = (
        "division", "push_policy", "create_accounts", "fill_search_code", "code_policy",
        "is_paused",
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
