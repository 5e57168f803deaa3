"""Files that people bring: kept, read without saving anything, and taken in once they say so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts_link.imports.export import write_csv
from accounts_link.imports.shapes import FileError
from accounts_link.imports.tables import open_table
from exact_client.models import Division
from sync.models import Upload
from sync.services import intake, prepare

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.core.files.uploadedfile import UploadedFile

State = Upload.State

READERS = {
    Upload.Kind.CUSTOMERS: intake.import_customers,
    Upload.Kind.INVOICES: intake.import_invoices,
}
SMALL = 512 * 1024  # bytes: a file that is read while the person waits
SAMPLE_ROWS = 5
WORDS = ("line", "column", "value", "message", "record")  # of an error, as the CSV names them


def most_megabytes() -> str:
    """Return the largest size of a file, as a person reads it."""
    return f"{settings.UPLOAD_MAX_BYTES / 2**20:g}"


def receive(file: UploadedFile, kind: str, *, by: User | None, now: datetime) -> Upload:
    """Keep a file until it is imported. Raises FileError when it is too large or holds no table."""
    name = (file.name or "file")[-200:]
    size = file.size or 0
    if size > settings.UPLOAD_MAX_BYTES:
        raise FileError(
            f"“{name}” is {size / 2**20:.1f} MB; at most {most_megabytes()} MB is taken."
            " Split it in parts."
        )
    open_table(_binary(file), name)
    file.seek(0)
    return Upload.objects.create(
        kind=kind, name=name, file=file, uploaded_by=by, uploaded_at=now, report={"size": size}
    )


def _binary(file: UploadedFile) -> BinaryIO:
    return cast("BinaryIO", file.file)


def is_small(upload: Upload) -> bool:
    """Whether the file can be read while a person waits; larger ones go to a worker."""
    return bool(upload.file.size <= SMALL)


def read(upload: Upload) -> None:
    """Find out what importing the file would do, and write that on the upload."""
    try:
        with upload.file.open("rb") as file:
            sample = _sample(file.file, upload.name)
            report = READERS[Upload.Kind(upload.kind)](
                file.file, upload.name, now=timezone.now(), dry_run=True
            )
    except FileError as error:
        upload.state, upload.problem = State.UNREADABLE, str(error)
    else:
        upload.state = State.READ
        upload.report = {**report.as_json(), "sample": sample, "size": upload.file.size}
        _keep_errors(upload, report)
    upload.save(update_fields=["state", "problem", "report"])


def _sample(file: BinaryIO, name: str) -> dict[str, Any]:
    table = open_table(file, name)
    rows = [[str(cell) for cell in row.cells] for row in islice(table.rows(), SAMPLE_ROWS)]
    file.seek(0)
    return {"columns": list(table.columns), "rows": rows, "notes": table.notes}


def _keep_errors(upload: Upload, report: intake.Report) -> None:
    """Write all errors in a file of their own, beside the upload."""
    if not report.errors:
        return
    lines = ([getattr(error, word) for word in WORDS] for error in report.errors)
    content = b"".join(write_csv([list(WORDS), *lines], for_excel=True))
    storage = upload.file.storage
    upload.report["errors_file"] = storage.save(f"{upload.file.name}.errors", ContentFile(content))


def errors_csv(upload: Upload) -> Iterator[bytes]:
    """Yield every error of the reading as CSV that a spreadsheet opens."""
    if kept := upload.report.get("errors_file"):
        with upload.file.storage.open(kept, "rb") as file:
            yield from file.chunks()


def begin(upload: Upload) -> bool:
    """Say that the file may be imported now; False when somebody said so already."""
    begun = Upload.objects.filter(pk=upload.pk, state=State.READ).update(state=State.IMPORTING)
    upload.refresh_from_db(fields=["state"])
    return bool(begun)


def take_in(upload: Upload) -> None:
    """Import all good rows of the file, and bring the documents that wait up to date.

    Once more does no harm: a file that was imported changes nothing.
    """
    now = timezone.now()
    try:
        with upload.file.open("rb") as file:
            report = READERS[Upload.Kind(upload.kind)](file.file, upload.name, now=now)
    except FileError as error:
        upload.state, upload.problem = State.UNREADABLE, str(error)
    else:
        upload.state, upload.imported_at = State.IMPORTED, now
        upload.report = {**upload.report, **report.as_json()}
    upload.save(update_fields=["state", "problem", "report", "imported_at"])
    for division in Division.objects.chosen():
        prepare.refresh(division)


def give_up(upload: Upload) -> None:
    """A fault of ours stopped it: say so, and do not try again for ever."""
    upload.problem = "It stopped by a fault of Exactlink; see the log. Nothing was imported."
    Upload.objects.filter(pk=upload.pk).update(state=State.UNREADABLE, problem=upload.problem)
