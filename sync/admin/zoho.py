"""Zoho beside Exact: taxes to edit; the tie, modules, copies, pairs and notices to look at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from sync.admin.common import ModelAdmin, ReadOnly, ReadOnlyInline
from sync.admin.zoho_forms import TaxMappingForm
from sync.models import (
    Conflict,
    ExactRecord,
    ModuleSync,
    Notice,
    Pair,
    PairEvent,
    Subscription,
    TaxMapping,
    ZohoRecord,
    ZohoSync,
)

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.utils.safestring import SafeString

    from sync.models import RemoteRecord


class SubscriptionInline(ReadOnlyInline):
    """What Exact tells us of."""

    model = Subscription
    fields = ("topic", "remote_id", "made_at")  # its address ends in our secret


@admin.register(ZohoSync)
class ZohoSyncAdmin(ReadOnly):
    """The tie of an organisation and a division; it is edited in the set-up of Zoho."""

    list_display = ("__str__", "state", "terms_agreed_by", "started_at", "closed_at")
    list_select_related = ("connection", "division", "terms_agreed_by")
    exclude = ("hook_path",)  # whoever knows it could post in Exact's name
    inlines = (SubscriptionInline,)


@admin.register(ModuleSync)
class ModuleSyncAdmin(ReadOnly):
    """What takes part and how far each side was read; switches are turned on the page Switches."""

    list_display = (
        "module", "takes_part", "is_on", "unavailable", "zoho_read_at", "exact_read_at",
        "zoho_told_at", "exact_told_at",
    )  # fmt: skip
    list_filter = ("takes_part", "is_on")
    actions = ("look_again",)

    def has_again_permission(self, request: HttpRequest) -> bool:
        """Whoever may set up may have it looked at again."""
        return request.user.has_perm("sync.change_bookingsettings")

    @admin.action(
        description="Look at every pair of the selected modules again in the next run",
        permissions=["again"],
    )
    def look_again(self, request: HttpRequest, modules: QuerySet[ModuleSync]) -> None:
        """Have the next run compare all pairs, whether or not a side changed."""
        count = sum(_soil(one.sync.pairs.filter(module=one.module)) for one in modules)
        self.message_user(request, f"The next run looks at {count} pair(s) again.")


def _soil(pairs: QuerySet[Pair]) -> int:
    return pairs.exclude(state=Pair.State.GONE).update(is_dirty=True, due_at=None)


@admin.register(TaxMapping)
class TaxMappingAdmin(ModelAdmin):
    """Which VAT code of Exact a tax of Zoho means; the list of taxes comes from Zoho."""

    form = TaxMappingForm
    list_display = ("label", "rate", "vat_code")
    list_filter = (("vat_code", admin.EmptyFieldListFilter),)
    search_fields = ("label", "vat_code")
    readonly_fields = ("label", "rate")
    fields = ("label", "rate", "vat_code")

    @admin.display(description="Percentage", ordering="percentage")
    def rate(self, tax: TaxMapping) -> str:
        """Write 21.0000 as people do."""
        return f"{tax.percentage.normalize():f} %"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Zoho's organisation says which taxes there are."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Zoho's organisation says which taxes there are."""
        return False


class RecordAdmin(ReadOnly):
    """Our last copy of a record of one side."""

    list_display = ("name", "module", "key", "standing", "reason", "modified_at", "modified_by")
    list_filter = ("standing", "module")
    search_fields = ("name", "key")
    readonly_fields = ("held",)
    exclude = ("values",)
    show_full_result_count = False

    @admin.display(description="Values")
    def held(self, record: RemoteRecord) -> SafeString:
        """Show the values one below the other."""
        return as_json(record.values)


admin.site.register(ExactRecord, RecordAdmin)
admin.site.register(ZohoRecord, RecordAdmin)


class ConflictInline(ReadOnlyInline):
    """What both sides disagree about, and did."""

    model = Conflict
    fields = (
        "zoho_field", "base_value", "exact_value", "zoho_value", "choice", "chosen_by",
        "opened_at", "closed_at",
    )  # fmt: skip


@admin.register(Pair)
class PairAdmin(ReadOnly):
    """Which records are the same thing, and what both last agreed on."""

    list_display = (
        "module", "exact", "zoho", "state", "reason", "rule", "is_dirty", "merged_at", "due_at",
    )  # fmt: skip
    list_display_links = ("exact",)
    list_filter = ("state", "module", "rule", "problem", "is_dirty")
    list_select_related = ("exact", "zoho")
    search_fields = ("exact__name", "zoho__name", "exact__key", "zoho__key")
    fields = (
        "module", "exact_copy", "zoho_copy", "state", "reason", "problem", "due_at", "rule",
        "paired_at", "paired_by", "merged_at", "is_dirty", "agreed",
    )  # fmt: skip
    readonly_fields = ("exact_copy", "zoho_copy", "agreed")
    inlines = (ConflictInline,)
    actions = ("look_again",)
    show_full_result_count = False

    @admin.display(description="Exact")
    def exact_copy(self, pair: Pair) -> SafeString:
        """Lead to our copy of Exact."""
        return _link("exactrecord", pair.exact)

    @admin.display(description="Zoho")
    def zoho_copy(self, pair: Pair) -> SafeString:
        """Lead to our copy of Zoho."""
        return _link("zohorecord", pair.zoho)

    @admin.display(description="What both last agreed on")
    def agreed(self, pair: Pair) -> SafeString:
        """Show the base, mapping by mapping."""
        return as_json(pair.base)

    def has_again_permission(self, request: HttpRequest) -> bool:
        """Whoever may set up may have it looked at again."""
        return request.user.has_perm("sync.change_bookingsettings")

    @admin.action(
        description="Look at the selected pairs again in the next run", permissions=["again"]
    )
    def look_again(self, request: HttpRequest, pairs: QuerySet[Pair]) -> None:
        """Have the next run compare them, and try again what was refused."""
        count = _soil(Pair.objects.filter(pk__in=pairs.values("pk")))
        self.message_user(request, f"The next run looks at {count} pair(s) again.")


@admin.register(Conflict)
class ConflictAdmin(ReadOnly):
    """Fields that both sides changed; they are settled on the page Conflicts."""

    list_display = (
        "pair", "zoho_field", "exact_value", "zoho_value", "opened_at", "choice", "chosen_by",
        "closed_at",
    )  # fmt: skip
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "choice", "pair__module")
    list_select_related = ("pair__exact", "pair__zoho", "chosen_by")
    search_fields = ("pair__exact__name", "pair__zoho__name", "zoho_field")


@admin.register(PairEvent)
class PairEventAdmin(ReadOnly):
    """Who paired and parted what, and by which evidence."""

    list_display = ("at", "module", "exact_name", "what", "zoho_name", "rule", "by")
    list_display_links = ("exact_name",)
    list_filter = ("what", "module", "rule")
    list_select_related = ("by",)
    search_fields = ("exact_name", "zoho_name", "exact_key", "zoho_key")
    show_full_result_count = False


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    """What the sides told us, and whether it was worked on."""

    list_display = ("side", "module", "action", "received_at", "worked_at", "problem")
    list_filter = (("worked_at", admin.EmptyFieldListFilter), "side", "module", "action")
    search_fields = ("digest", "problem")
    date_hierarchy = "received_at"
    show_full_result_count = False


def as_json(values: Any) -> SafeString:
    """Return values as text that keeps its lines, harmless whatever it holds."""
    return format_html("<pre>{}</pre>", json.dumps(values, indent=2, ensure_ascii=False))


def _link(model: str, record: RemoteRecord) -> SafeString:
    address = reverse(f"admin:sync_{model}_change", args=[record.pk])
    return format_html('<a href="{}">{}</a>', address, record)
