"""Field mappings between Zoho and Exact: edited, tried on a real record, carried as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs

from django.contrib import admin, messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from sync.admin import zoho_mapping_pages as pages
from sync.admin.common import ModelAdmin
from sync.admin.zoho_forms import TRANSFORMS, FieldMappingForm
from sync.models import FieldMapping
from sync.rules.zoho.field_rules import Direction
from sync.services.zoho.mapping import mapping_changes
from sync.services.zoho.mapping.mapping_checks import Bench, benches, check
from sync.services.zoho.mapping.offered import label_of
from sync.services.zoho.mapping.samples import sample
from sync.services.zoho.set_up.setup import find

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model, QuerySet
    from django.urls import URLPattern

LIST = "admin:sync_fieldmapping_changelist"
PREVIEW = "_preview"  # the button; its value says which record
ARROWS = {Direction.BOTH: "↔", Direction.TO_ZOHO: "→", Direction.TO_EXACT: "←"}


@dataclass(frozen=True, slots=True)
class Row:
    """A mapping as the list shows it."""

    mapping: FieldMapping
    exact: str
    zoho: str
    arrow: str
    how: str
    problems: list[str]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Group:
    """The mappings of one module, those that can't work first."""

    bench: Bench
    rows: list[Row]

    @property
    def broken(self) -> int:
        """How many of them can't work."""
        return sum(bool(row.problems) for row in self.rows)


@admin.register(FieldMapping)
class FieldMappingAdmin(ModelAdmin):
    """Which field fills which; the next run meets what was changed."""

    form = FieldMappingForm
    list_filter = ("module", "is_active", "direction", "winner")
    search_fields = ("exact_field", "zoho_field", "default")
    list_per_page = 500
    list_select_related = ("sync",)
    actions = ("switch_off", "switch_on", "export")
    readonly_fields = ("module",)
    fieldsets = (
        (None, {"fields": ("module", "exact_field", "zoho_field", "direction", "is_active")}),
        (
            "What happens on its way",
            {
                "fields": (
                    "transform", "table", "text", "value", "number_field", "calling_code",
                    "default",
                ),
                "classes": ("mapping-way",),
            },
        ),
        ("When both sides changed", {"fields": ("winner",)}),
    )  # fmt: skip

    class Media:
        css: ClassVar = {"all": ["sync/zoho_admin.css"]}

    def get_urls(self) -> list[URLPattern]:
        """Add the pages beside the list: a sample, the file, the defaults."""
        return pages.urls(self) + super().get_urls()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Mappings are switched off, so that what was agreed by them keeps its name."""
        return False

    # The list.

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the mappings by module, with what is wrong with each."""
        found = super().changelist_view(request, extra_context)
        if (
            isinstance(found, TemplateResponse)
            and found.context_data
            and "cl" in found.context_data
        ):
            found.context_data["groups"] = _groups(found.context_data["cl"].result_list)
            found.context_data["title"] = "Field mappings of Zoho and Exact"
        return found

    @admin.action(description="Switch the selected mappings off", permissions=["change"])
    def switch_off(self, request: HttpRequest, rows: QuerySet[FieldMapping]) -> None:
        """Keep the mappings, stop using them."""
        modules = set(rows.order_by().values_list("module", flat=True))
        count = rows.update(is_active=False)
        self._tell(request, f"{count} mapping(s) are switched off.", modules)

    @admin.action(description="Switch the selected mappings on", permissions=["change"])
    def switch_on(self, request: HttpRequest, rows: QuerySet[FieldMapping]) -> None:
        """Use the mappings again, those that can work beside the others."""
        modules = set()
        for row in rows.select_related("sync"):
            row.is_active = True
            if problems := check(row):
                self.message_user(request, f"{row}: {' '.join(problems)}", messages.ERROR)
            else:
                row.save(update_fields=["is_active"])
                modules.add(row.module)
        self._tell(request, "The mappings that can work are switched on.", modules)

    @admin.action(description="Export the selected mappings as JSON", permissions=["view"])
    def export(self, request: HttpRequest, rows: QuerySet[FieldMapping]) -> HttpResponse:
        """Return them as a file."""
        return pages.as_file(rows)

    # One mapping.

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for the module first: what can be chosen hangs on it."""
        if find() is None:
            self.message_user(request, pages.NOT_SET_UP, messages.WARNING)
            return HttpResponseRedirect(reverse(LIST))
        if self._bench(request, None) is None:
            return pages.choose_module(self, request)
        return super().add_view(request, form_url, extra_context)

    def get_form(
        self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any  # noqa: FBT001, FBT002 - Django's own signature
    ) -> Any:  # fmt: skip
        """Return the form with the fields of its module; never saved when it is for a preview."""
        made = super().get_form(request, obj, change=change, **kwargs)
        given = {"bench": self._bench(request, obj), "is_preview": PREVIEW in request.POST}
        return type(made.__name__, (made,), given)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show below the form what a real record becomes by what stands in it."""
        form = context["adminform"].form
        bench: Bench = form.bench
        context |= {"bench": bench, "is_preview": form.is_preview}
        if not form.errors and (form.is_bound or form.instance.pk):
            context |= _tried(bench, form.instance, request.POST.get(PREVIEW, ""))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Save, have the next run meet the values, and say what it will have to read."""
        if not change:
            last = self._beside(obj).aggregate(last=Max("position"))["last"]
            obj.position = 0 if last is None else last + 1
        super().save_model(request, obj, form, change)
        self._tell(request, "", {obj.module})

    def _beside(self, mapping: FieldMapping) -> QuerySet[FieldMapping]:
        return FieldMapping.objects.filter(sync=mapping.sync, module=mapping.module)

    def _bench(self, request: HttpRequest, mapping: FieldMapping | None) -> Bench | None:
        """Return the module of a mapping, or that which the address or the list's filter names."""
        if mapping is not None:
            return Bench.of(mapping.sync.modules.get(module=mapping.module))
        filters = parse_qs(request.GET.get("_changelist_filters", ""))
        wanted = request.GET.get("module") or (filters.get("module__exact") or [""])[0]
        sync = find()
        module = sync.modules.filter(module=wanted).first() if sync and wanted else None
        return Bench.of(module) if module else None

    def _tell(self, request: HttpRequest, sentence: str, modules: Iterable[str]) -> None:
        """Let the change take effect; say what was done and what the next run has to read."""
        sync = find()
        to_read = mapping_changes.follow(sync, modules) if sync else []
        for told in filter(None, [sentence, *to_read]):
            self.message_user(request, told)


def _tried(bench: Bench, mapping: FieldMapping, number: str) -> dict[str, Any]:
    """Return what a mapping makes of a real record, or why it can't work."""
    if problems := bench.problems(mapping):
        return {"problems": problems}
    record = int(number) if number.isdecimal() else 0
    return {
        "sample": sample(bench, [bench.rule(mapping)], record),
        "warnings": bench.warnings(mapping),
    }


def _groups(mappings: Iterable[FieldMapping]) -> list[Group]:
    """Put mappings below their modules, in the order of the set-up; two questions."""
    sync, shown = find(), list(mappings)
    found = []
    for bench in benches(sync) if sync else []:
        rows = [_row(bench, one) for one in shown if one.module == bench.module.module]
        found.append(Group(bench, rows))
    return [group for group in found if group.rows]


def _row(bench: Bench, mapping: FieldMapping) -> Row:
    return Row(
        mapping=mapping,
        exact=mapping.exact_field,
        zoho=label_of(bench.zoho, mapping.zoho_field),
        arrow=ARROWS[Direction(mapping.direction)],
        how=TRANSFORMS[mapping.transform],
        problems=bench.problems(mapping) if mapping.is_active else [],
        warnings=bench.warnings(mapping) if mapping.is_active else [],
    )
