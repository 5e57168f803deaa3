"""A table of cells as a file: handed out, and brought back with its changes shown beforehand."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts_link.division import the_division
from accounts_link.imports.shapes import FileError
from sync.forms import TableFileForm
from sync.services.ledger import grid as cells
from sync.services.ledger import mapping_files
from sync.services.ledger.books import books_of
from sync.views.common import may_see, may_set_up
from sync.views.fields import choices_of, fields_of
from sync.views.told import TABLE_WORDS, said_changes
from sync.views.undo import remember


@require_safe
@may_see
def export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """Hand the table out as CSV: a row for each choice of its own."""
    _known(kind)
    division = the_division(request)
    content = mapping_files.write(kind, books_of(division))
    response = StreamingHttpResponse(content, content_type="text/csv")
    name = f"{TABLE_WORDS[kind]} {division.code}.csv".replace("/", "")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@may_set_up
def bring(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask for a file, or show what the one that was brought would change; nothing is saved yet."""
    _known(kind)
    form = TableFileForm(request.POST or None, request.FILES or None)
    context = {"kind": kind, "words": TABLE_WORDS[kind], "form": form}
    books = books_of(the_division(request))
    context["columns"] = [column.title for column in mapping_files.SHEETS[kind].columns]
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            reading = mapping_files.read(file.file, file.name, kind, books)
        except FileError as error:
            form.add_error("file", str(error))
        else:
            context |= {
                "name": file.name,
                "reading": reading,
                "changes": said_changes(reading.changes, books.ledger),
                "fields": fields_of(reading.chosen),
            }
    status = 422 if form.errors else 200
    return render(request, "sync/grid_file.html", context, status=status)


@require_POST
@may_set_up
def take_in(request: HttpRequest, kind: str) -> HttpResponse:
    """Save the changes that the person saw; what was chosen meanwhile is checked once more."""
    _known(kind)
    division = the_division(request)
    before = books_of(division).mappings
    try:
        fields = {name: str(code) for name, code in request.POST.items()}
        chosen = choices_of({n: code for n, code in fields.items() if n.startswith(f"{kind}/")})
    except ArithmeticError as error:
        raise Http404 from error
    faults = cells.save(division, chosen)
    for sentence in faults.values():
        messages.error(request, sentence)
    if not faults:
        count = len(cells.changes(chosen, before))
        words = f"{count} changes of the file are saved."
        words = words if count != 1 else "1 change of the file is saved."
        remember(request, division, words, cells.as_mapped(chosen, before))
        messages.success(request, words)
    return redirect("sync:grid", kind)


def _known(kind: str) -> None:
    if kind not in mapping_files.SHEETS:
        raise Http404
