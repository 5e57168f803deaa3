"""The pages about files: bring one, see what is in it, and import the good rows."""

from __future__ import annotations

from pathlib import PurePath

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts_link.imports.shapes import FileError
from accounts_link.paging import page_of
from sync import tasks
from sync.forms import UploadForm
from sync.models import Run, Upload
from sync.services.intake import templates, uploads
from sync.tasks import nudge
from sync.views.common import asks_a_part, may_import, person, start
from sync.views.runs import END_OF_POLLING

UNFINISHED = {Upload.State.READING, Upload.State.IMPORTING}


@require_http_methods(["GET", "HEAD", "POST"])
@may_import
def imports(request: HttpRequest) -> HttpResponse:
    """Take a file and read it, or show the form and the files that came before."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        try:
            upload = _receive(request, form)
        except FileError as error:
            form.add_error("file", str(error))
        else:
            return redirect("sync:upload", upload.pk)
    kind = form.data.get("kind") or request.GET.get("kind", Upload.Kind.CUSTOMERS)
    page = page_of(Upload.objects.select_related("uploaded_by"), request.GET.get("page"))
    status = 422 if form.is_bound else 200
    context = {"form": form, "page": page, "kind": kind, "most": uploads.most_megabytes()}
    return render(request, "sync/imports.html", context, status=status)


def _receive(request: HttpRequest, form: UploadForm) -> Upload:
    """Keep what was brought; read what is small at once, ring a worker for what is large."""
    files, kind = request.FILES.getlist("file"), form.cleaned_data["kind"]
    upload = uploads.receive(files, kind, by=person(request), now=timezone.now())
    _go_on(upload)
    return upload


def _go_on(upload: Upload) -> None:
    """Read or import a small file now, and let a worker do it with a large one."""
    if not uploads.is_small(upload):
        transaction.on_commit(lambda: nudge(tasks.take_in, upload.pk))
    elif upload.state == Upload.State.READING:
        uploads.read(upload)
    else:
        uploads.take_in(upload)


@require_safe
@may_import
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is in a file, or what importing it did; htmx asks again while it is being read."""
    row = get_object_or_404(Upload.objects.select_related("uploaded_by"), pk=pk)
    context = {"upload": row, "report": row.report, "is_unfinished": row.state in UNFINISHED}
    if not asks_a_part(request):
        return render(request, "sync/upload.html", context)
    response = render(request, "sync/_upload.html", context)
    if row.state not in UNFINISHED:
        response.status_code = END_OF_POLLING
    return response


@require_POST
@may_import
def take_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Import the good rows of a file that was read; a second press changes nothing."""
    row = get_object_or_404(Upload, pk=pk)
    if not uploads.begin(row):
        messages.info(request, f"“{row.name}” is {row.get_state_display().lower()} already.")
        return redirect("sync:upload", row.pk)
    _go_on(row)
    if row.state == Upload.State.IMPORTED and row.kind == Upload.Kind.CUSTOMERS:
        start(request, Run.Job.MATCH, tasks.match)
    return redirect("sync:upload", row.pk)


@require_safe
@may_import
def errors(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """Hand out all errors of a file as CSV."""
    row = get_object_or_404(Upload, pk=pk)
    name = f"errors in {PurePath(row.name).stem}.csv"
    response = StreamingHttpResponse(uploads.errors_csv(row), content_type="text/csv")
    response["Content-Disposition"] = _as_file(name)
    return response


def _as_file(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


@require_safe
@may_import
def template(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """Hand out an empty file with the right columns and one row as an example."""
    if kind not in Upload.Kind or form not in templates.FORMS:
        raise Http404
    name = f"{kind}-template.{form}"
    response = HttpResponse(templates.make(kind, form), content_type=templates.FORMS[form])
    response["Content-Disposition"] = _as_file(name)
    return response
