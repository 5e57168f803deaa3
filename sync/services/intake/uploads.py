"""Files that people bring: kept, read without saving anything, and taken in once they say so."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils import timezone

from accounts_link.imports.archives import unpacked_size
from accounts_link.imports.bundles import Bundle, open_bundle
from accounts_link.imports.export import write_csv
from accounts_link.imports.shapes import FileError, Table
from accounts_link.imports.tables import open_table
from exact_client.models import Division
from sync.models import Upload
from sync.services import intake
from sync.services.delivery import prepare
from sync.services.intake.samples import sample_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.core.files.uploadedfile import UploadedFile

State = Upload.State

READERS = {
    Upload.Kind.CUSTOMERS: intake.import_customers,
    Upload.Kind.INVOICES: intake.import_invoices,
}
OPENERS: dict[str, Callable[[BinaryIO, str], Table | Bundle]] = {
    Upload.Kind.CUSTOMERS: open_table,
    Upload.Kind.INVOICES: open_bundle,
}
SMALL = 512 * 1024  # bytes: a file that is read while the person waits
SMALL_UNPACKED = 4 * 2**20  # bytes, where it is a ZIP or a workbook
MEMORY = 8 * 2**20  # bytes, above which several files are put together on disk
LONGEST_NAME = 200
WORDS = ("line", "column", "value", "message", "record", "file")  # of an error, as the CSV says


def most_megabytes() -> str:
    """Return the largest size of a file, as a person reads it."""
    return f"{settings.UPLOAD_MAX_BYTES / 2**20:g}"


def receive(files: Sequence[UploadedFile], kind: str, *, by: User | None, now: datetime) -> Upload:
    """Keep what was brought until it is imported; several files are kept as one ZIP.

    Raises FileError when it is too large, or can't be read at all.
    """
    size = sum(file.size or 0 for file in files)
    name = _name(files)
    if size > settings.UPLOAD_MAX_BYTES:
        raise FileError(
            f"“{name}” is {size / 2**20:.1f} MB; at most {most_megabytes()} MB is taken."
            " Split it in parts."
        )
    if len(files) > 1 and kind == Upload.Kind.CUSTOMERS:
        raise FileError("Bring one file of customers at a time.")
    with tempfile.SpooledTemporaryFile(MEMORY) as room:
        file = files[0] if len(files) == 1 else _together(files, cast("BinaryIO", room))
        OPENERS[kind](cast("BinaryIO", file.file), name)
        file.seek(0)
        return Upload.objects.create(
            kind=kind,
            name=name,
            file=File(file.file, name=name),
            uploaded_by=by,
            uploaded_at=now,
            report={"size": size},
        )


def _name(files: Sequence[UploadedFile]) -> str:
    first = (files[0].name or "file")[-LONGEST_NAME:]
    if len(files) == 1:
        return first
    return f"{PurePath(first).stem[:120]} and {len(files) - 1} more.zip"


def _together(files: Sequence[UploadedFile], room: BinaryIO) -> File[bytes]:
    """Put several files in one ZIP; two of the same name are told apart by their places."""
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as archive:
        names: set[str] = set()
        for place, file in enumerate(files, 1):
            name = PurePath(file.name or "file").name
            name = f"{place}-{name}" if name in names else name
            names.add(name)
            with archive.open(name, "w") as member:
                for chunk in file.chunks():
                    member.write(chunk)
    room.seek(0)
    return File(room)


def is_small(upload: Upload) -> bool:
    """Whether the file can be read while a person waits; larger ones go to a worker."""
    if upload.file.size > SMALL:
        return False
    with upload.file.open("rb") as file:
        return unpacked_size(file.file) <= SMALL_UNPACKED


def read(upload: Upload) -> None:
    """Find out what importing the file would do, and write that on the upload."""
    try:
        with upload.file.open("rb") as file:
            opened = OPENERS[upload.kind](file.file, upload.name)
            sample = sample_of(opened)
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
    upload.problem = (
        "It stopped by a fault of Exactlink; see the log. A part of it may have been imported:"
        " bring it again, for what is here already stays as it is."
    )
    Upload.objects.filter(pk=upload.pk).update(state=State.UNREADABLE, problem=upload.problem)
