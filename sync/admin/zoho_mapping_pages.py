"""The pages beside the list of field mappings: a whole record, a file in and out, the defaults."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from sync.admin.zoho_forms import FILE_MAX_BYTES, MappingFileForm
from sync.services.zoho.mapping import mapping_changes, mapping_files
from sync.services.zoho.mapping.mapping_checks import Bench
from sync.services.zoho.mapping.samples import sample
from sync.services.zoho.set_up.setup import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.contrib.auth.models import User

    from sync.admin.common import ModelAdmin
    from sync.models import FieldMapping, ZohoSync
    from sync.services.zoho.mapping.mapping_changes import Changes

LIST = "admin:sync_fieldmapping_changelist"
NOT_SET_UP = "Zoho is not set up yet: begin with the set-up, then come back for its mappings."
FOLDER = "admin/sync/fieldmapping"


def urls(owner: ModelAdmin) -> list[URLPattern]:
    """Return the addresses of these pages."""

    def page(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        def shown(request: HttpRequest, **given: str) -> HttpResponse:
            return view(owner, request, **given)

        wrapped = owner.admin_site.admin_view(shown)
        return path(address, wrapped, name=f"sync_fieldmapping_{name}")

    return [
        page("export/", export, "export"),
        page("import/", take_in, "import"),
        page("defaults/", defaults, "defaults"),
        page("sample/<str:module>/", whole_sample, "sample"),
    ]


def choose_module(owner: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Ask which module a new mapping is for."""
    if not owner.has_add_permission(request):
        raise PermissionDenied
    modules = _sync().modules.all()
    return _page(owner, request, "choose_module", title="Add a field mapping", modules=modules)


def whole_sample(owner: ModelAdmin, request: HttpRequest, module: str) -> HttpResponse:
    """Show a real record before and after all mappings of a module."""
    if not owner.has_view_permission(request):
        raise PermissionDenied
    found = _sync().modules.filter(module=module).select_related("sync").first()
    if found is None:
        raise Http404
    bench = Bench.of(found)
    rules = [bench.rule(one) for one in bench.mappings if one.is_active and not bench.problems(one)]
    number = request.GET.get("record", "")
    shown = sample(bench, rules, int(number) if number.isdecimal() else 0)
    title = f"{found}: a real record before and after"
    return _page(owner, request, "sample", title=title, bench=bench, sample=shown)


# A file.


def export(owner: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Return all mappings as a file."""
    if not owner.has_view_permission(request):
        raise PermissionDenied
    return as_file(None)


def as_file(mappings: Iterable[FieldMapping] | None) -> HttpResponse:
    """Return these mappings, or all, as a file to download."""
    text = json.dumps(mapping_files.export(_sync(), mappings), indent=2, ensure_ascii=False)
    name = "exactlink-field-mappings.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(f"{text}\n", content_type="application/json", headers=headers)


def take_in(owner: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Take a file, show what it changes, and change it once that is confirmed."""
    if not owner.has_change_permission(request) or not owner.has_add_permission(request):
        raise PermissionDenied
    if request.method == "POST" and "text" in request.POST:
        return _confirmed(owner, request)
    form = MappingFileForm(request.POST or None, request.FILES or None)
    shown: dict[str, Any] = {"form": form, "title": "Import field mappings"}
    if request.method == "POST" and form.is_valid():
        shown |= {"text": form.cleaned_data["file"], "result": _plan(form.cleaned_data["file"])}
    return _page(owner, request, "import", **shown)


def _plan(text: str) -> mapping_files.Result:
    data, errors = mapping_files.read_text(text)
    return mapping_files.Result(errors=errors) if errors else mapping_files.plan(_sync(), data)


def _confirmed(owner: ModelAdmin, request: HttpRequest) -> HttpResponse:
    text = request.POST["text"][:FILE_MAX_BYTES]
    data, errors = mapping_files.read_text(text)
    result = mapping_files.Result(errors=errors)
    if not errors:
        result = mapping_files.take_in(_sync(), data, _user(request))
    if result.errors:  # the fields or the mappings changed since the preview
        shown = {"form": MappingFileForm(), "text": text, "result": result}
        return _page(owner, request, "import", title="Import field mappings", **shown)
    return _back(owner, request, result.changes)


# The defaults.


def defaults(owner: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Show what going back to the defaults changes, and do it once that is confirmed."""
    if not owner.has_change_permission(request) or not owner.has_add_permission(request):
        raise PermissionDenied
    sync = _sync()
    if request.method == "POST":
        return _back(owner, request, mapping_changes.restore(sync, _user(request)))
    changes = mapping_changes.plan_restore(sync)
    return _page(owner, request, "defaults", title="Restore the defaults", changes=changes)


# What they share.


def _sync() -> ZohoSync:
    sync = find()
    if sync is None:
        raise Http404(NOT_SET_UP)
    return sync


def _user(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]  # admin lets nobody else in
    return user


def _page(owner: ModelAdmin, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    shared = {**owner.admin_site.each_context(request), "opts": owner.opts, "media": owner.media}
    return TemplateResponse(request, f"{FOLDER}/{name}.html", {**shared, **context})


def _back(owner: ModelAdmin, request: HttpRequest, changes: Changes) -> HttpResponse:
    for sentence in [changes.sentence, *changes.to_read]:
        owner.message_user(request, sentence, messages.SUCCESS)
    return HttpResponseRedirect(reverse(LIST))
