"""What an administrator sees of parties and links: to look at; pages change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from accounts_link.models import AccountLink, Customer, ExactAccount, LinkEvent

if TYPE_CHECKING:
    from django.db.models import Model

    ModelAdmin = admin.ModelAdmin[Model]
else:  # Django's own class does not know that it is generic
    ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Rows that pages and services change: administrators look, and change them there."""

    list_per_page = 50
    show_full_result_count = False  # counting 100,000 rows takes longer than reading a page

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come from an import or from Exact."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What changes a row also writes its history; this form would not."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted, so that the history keeps its meaning."""
        return False


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    """Customers of zapfloor, as they were imported."""

    list_display = ("number", "name", "business_type", "vat_number", "city", "country")
    list_filter = ("business_type", "kind", "is_active")
    search_fields = ("number", "name", "vat_number")


@admin.register(ExactAccount)
class ExactAccountAdmin(ReadOnlyAdmin):
    """Our copies of the accounts in Exact."""

    list_display = ("code", "name", "status", "vat_number", "city", "country", "link_count")
    list_filter = ("division", "status", "is_supplier", "is_blocked", "is_gone")
    search_fields = ("code", "name", "vat_number", "search_code")


@admin.register(AccountLink)
class AccountLinkAdmin(ReadOnlyAdmin):
    """Which customer is which account; changed on the Exact Accounts Overview."""

    list_display = ("customer", "account", "rule", "linked_at", "linked_by")
    list_filter = ("division", "rule")
    list_select_related = ("customer", "account", "linked_by")
    search_fields = ("customer__number", "customer__name", "account__code", "account__name")


@admin.register(LinkEvent)
class LinkEventAdmin(ReadOnlyAdmin):
    """Every change of a link: who, when, why."""

    list_display = ("at", "action", "customer", "account", "rule", "by", "reason")
    list_filter = ("action", "rule")
    list_select_related = ("customer", "account", "by")
    search_fields = ("customer__number", "customer__name", "account__code", "account__name")
