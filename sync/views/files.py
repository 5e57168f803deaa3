"""The files of a document: to add one by hand, and to open one."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts_link.imports.documents import FileRow
from accounts_link.imports.shapes import FileError
from accounts_link.imports.ubl_files import MAX_BYTES, known_kind, safe_name
from sync.models import Invoice, InvoiceFile
from sync.services import diary
from sync.services.intake.files import Brought, keep_files
from sync.tasks import nudge, push
from sync.views.common import may_change, may_see, person, way_back


@require_POST
@may_change
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Keep a file with a document; it follows to Exact once the entry is booked, or at once."""
    invoice = get_object_or_404(Invoice, number=number)
    try:
        file = _read(request.FILES.get("file"))
    except FileError as error:
        messages.error(request, str(error))
    else:
        keep_files([Brought(number, (file,), replace=False)], timezone.now())
        this = Invoice.objects.filter(pk=invoice.pk)
        diary.note(this, f"Added file {file.name}", by=person(request))
        nudge(push)
        messages.success(request, f"“{file.name}” is kept with {number}.")
    return redirect(way_back(request, "sync:invoice", number))


def _read(uploaded: object) -> FileRow:
    """Return the file as it is kept. Raises FileError for what Exact would not show anybody."""
    if not isinstance(uploaded, UploadedFile):
        raise FileError("Choose a file first.")
    name = uploaded.name or "file"
    if (uploaded.size or 0) > MAX_BYTES:
        raise FileError(f"“{name}” is larger than {MAX_BYTES // 2**20} MB.")
    content = uploaded.read()
    known = known_kind(content)
    if known is None:
        raise FileError(f"“{name}” is not a PDF, PNG or JPEG. UBL is brought under Import.")
    kind, ending = known
    return FileRow(kind, safe_name(name.rpartition(".")[0] or name, ending), content)


@require_safe
@may_see
def download(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out a kept file, to be saved and never shown as a page of ours."""
    kept = get_object_or_404(InvoiceFile, pk=pk)
    return FileResponse(
        kept.file.open("rb"),
        as_attachment=True,
        filename=kept.name,
        content_type="application/octet-stream",
    )
