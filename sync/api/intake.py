"""From what a program sent to the rows of the intake, and from its report back to an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from pydantic import ValidationError

from accounts_link.imports.customers import CustomerRow
from accounts_link.imports.documents import FileRow, InvoiceLineRow, InvoiceRow
from accounts_link.imports.shapes import FileError, RowError
from accounts_link.imports.ubl import read_ubl
from exact_client.models import Division
from sync import tasks
from sync.api.answers import BatchResult, FieldErrorOut, Result
from sync.api.problems import FieldError, Problem
from sync.api.schemas import CustomerIn, InvoiceIn
from sync.api.words import field_errors
from sync.models import Invoice, Run
from sync.models.documents import InvoiceQuerySet
from sync.rules.parties import vat_problem
from sync.services import runs
from sync.services.delivery import prepare
from sync.services.intake import Report, take_in_customers, take_in_invoices, ubl_options
from sync.services.intake.report import Taken

M = TypeVar("M", CustomerIn, InvoiceIn)
FIELD_OF_COLUMN = {"invoice_number": "number"}  # where a file calls it otherwise


@dataclass
class Batch(Generic[M]):
    """The records of one request: those that can be read, and why the others can't."""

    model: type[M]
    good: dict[int, M] = field(default_factory=dict)  # by their place, from 0
    results: dict[int, Result] = field(default_factory=dict)

    def read(self, items: Sequence[Any]) -> None:
        """Read each on its own; one that can't be read keeps no other out."""
        places: dict[str, int] = {}
        for index, item in enumerate(items):
            try:
                record = self.model.model_validate(item)
            except ValidationError as error:
                self._refuse(index, _number_of(item), field_errors(error, self.model))
                continue
            first = places.setdefault(record.number.casefold(), index)
            if first == index:
                self.good[index] = record
            else:
                again = FieldError("number", f"is the same as that of record {first}; keep one.")
                self._refuse(index, record.number, [again])

    def settle(self, report: Report) -> None:
        """Take over what became of those that could be read."""
        for taken in report.records():
            self.results[taken.line - 1] = _result(taken.line - 1, taken)

    def _refuse(self, index: int, number: str, errors: list[FieldError]) -> None:
        told = [FieldErrorOut(field=error.field, message=error.message) for error in errors]
        self.results[index] = Result(index=index, number=number, status="refused", errors=told)

    def answer(self, *, dry_run: bool) -> BatchResult:
        """Return the results in the order of the request, and their counts."""
        results = [self.results[index] for index in sorted(self.results)]
        counts = dict.fromkeys(("new", "changed", "same", "refused"), 0)
        for result in results:
            counts[result.status] += 1
        return BatchResult(dry_run=dry_run, results=results, **counts)


def _number_of(item: Any) -> str:
    number = item.get("number") if isinstance(item, dict) else None
    return number[:60] if isinstance(number, str) and number.isprintable() else ""


def _result(index: int, taken: Taken) -> Result:
    errors = [_told(error) for error in taken.errors]
    return Result(index=index, number=taken.number, status=taken.outcome, errors=errors)


def _told(error: RowError) -> FieldErrorOut:
    name = FIELD_OF_COLUMN.get(error.column, error.column)
    return FieldErrorOut(field=name, message=error.message)


# --- Customers ---------------------------------------------------------------------------------


def bring_customers(items: Sequence[Any], *, dry_run: bool) -> BatchResult:
    """Take customers in, or tell what that would do."""
    batch = Batch(CustomerIn)
    batch.read(items)
    rows = [_customer_row(index, one) for index, one in batch.good.items()]
    now = timezone.now()
    batch.settle(_take_in(lambda: take_in_customers(rows, now=now, dry_run=dry_run)))
    for index, customer in batch.good.items():
        if note := vat_problem(customer.vat_number, customer.country):
            batch.results[index].notes.append(FieldErrorOut(field="vat_number", message=note))
    answer = batch.answer(dry_run=dry_run)
    _follow(answer, Invoice.objects.filter(customer__number__in=[row.number for row in rows]))
    if not dry_run and answer.new + answer.changed:
        _ask_for_a_match()
    return answer


def _ask_for_a_match() -> None:
    """Let a worker match them soon; many requests in a row ask for one match."""
    now = timezone.now()
    run = runs.ask(Run.Job.MATCH, by=None, now=now)
    if run.asked_at == now:
        transaction.on_commit(lambda: tasks.nudge(tasks.match, run.pk))


def _customer_row(index: int, customer: CustomerIn) -> CustomerRow:
    values = customer.model_dump(exclude={"vat_number", "invoice_emails"})
    return CustomerRow(
        line=index + 1,
        vat_typed=customer.vat_number,
        invoice_emails=tuple(customer.invoice_emails),
        **values,
    )


# --- Documents ---------------------------------------------------------------------------------


def bring_invoices(items: Sequence[Any], *, dry_run: bool) -> BatchResult:
    """Take invoices and credit notes in, or tell what that would do."""
    batch = Batch(InvoiceIn)
    batch.read(items)
    rows = [_invoice_row(index, one) for index, one in batch.good.items()]
    batch.settle(_take_documents_in(rows, dry_run=dry_run))
    answer = batch.answer(dry_run=dry_run)
    _follow(answer, Invoice.objects.filter(number__in=[row.number for row in rows]))
    return answer


def bring_ubl(content: bytes, *, dry_run: bool) -> BatchResult:
    """Take one UBL document in. Raises Problem when it is none."""
    batch = Batch(InvoiceIn)
    try:
        rows = list(read_ubl(content, "document.xml", ubl_options()))
    except FileError as error:
        raise Problem("refused", str(error)) from None
    report = _take_documents_in(rows, dry_run=dry_run)
    (taken,) = report.records()
    batch.results[0] = _result(0, taken)
    notes = [FieldErrorOut(field=note.column, message=note.message) for note in report.notes]
    batch.results[0].notes.extend(notes)
    answer = batch.answer(dry_run=dry_run)
    _follow(answer, Invoice.objects.filter(number=taken.number))
    return answer


def _take_documents_in(rows: Sequence[InvoiceRow | RowError], *, dry_run: bool) -> Report:
    source, now = Invoice.Source.API, timezone.now()
    return _take_in(lambda: take_in_invoices(rows, source=source, now=now, dry_run=dry_run))


def _invoice_row(index: int, invoice: InvoiceIn) -> InvoiceRow:
    values = invoice.model_dump(exclude={"lines", "pdf"})
    lines = [
        InvoiceLineRow(line=index + 1, position=position, **line.model_dump())
        for position, line in enumerate(invoice.lines, 1)
    ]
    pdf = [FileRow("pdf", f"{invoice.number}.pdf".replace("/", "-"), invoice.pdf or b"")]
    files = tuple(pdf if invoice.pdf else ())
    return InvoiceRow(line=index + 1, lines=tuple(lines), files=files, **values)


# --- Both --------------------------------------------------------------------------------------


def _take_in(work: Callable[[], Report]) -> Report:
    """Take in; when another request brought the same number at this very moment, once more."""
    try:
        return work()
    except IntegrityError:  # what was saved is undone, and the second time it is known
        return work()


def _follow(answer: BatchResult, invoices: InvoiceQuerySet) -> None:
    """Let the documents that this may have opened the way for move on."""
    if not answer.dry_run and answer.new + answer.changed:
        for division in Division.objects.chosen():
            prepare.refresh(division, invoices)


def the_one(answer: BatchResult) -> Result:
    """Return the result of a request for one record. Raises Problem when it was refused."""
    (result,) = answer.results
    if result.status == "refused":
        errors = [FieldError(error.field, error.message) for error in result.errors]
        raise Problem("refused", "Correct what `errors` names, and send it again.", errors)
    return result
