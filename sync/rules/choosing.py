"""Which of the division's journals, accounts, VAT codes and conditions a line gets, or why none."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

from sync.rules.countries import CountryGroup
from sync.rules.ledger import (
    ANY,
    FORBIDDEN,
    GL_FALLBACKS,
    JOURNAL_FALLBACKS,
    MANDATORY,
    NEVER_ON_A_SALES_LINE,
    SALES_JOURNAL,
    VAT_FALLBACKS,
    DocumentKind,
    Fallbacks,
    GLAccount,
    GLCell,
    Journal,
    JournalCell,
    Key,
    Ledger,
    Mappings,
    PaymentCondition,
    Problem,
    ProblemKind,
    TermsCell,
    VatCell,
    VatCode,
    vat_code_fault,
)

Cell = TypeVar("Cell", bound=NamedTuple)


def find_journal(wanted: JournalCell, mappings: Mappings, ledger: Ledger) -> Journal | Problem:
    """Return the journal that takes this kind of document of this location."""
    cells = [
        JournalCell(wanted.location if place else ANY, kind)
        for place, kind in JOURNAL_FALLBACKS[wanted.kind]
    ]
    cell = _first_filled(cells, mappings.journals)
    if cell is None:
        where = wanted.location or "any location"
        key = ("journal", wanted.location)
        return unmapped(f"No sales journal is chosen for {where}.", key)
    code = mappings.journals[cell]
    journal = ledger.journals.get(code)
    if journal is None:
        return unmapped(f"Journal {code} isn't in Exact any more.", _journal_key(cell))
    if journal.is_blocked:
        return unmapped(f"Journal {code} is blocked in Exact.", _journal_key(cell))
    if journal.type != SALES_JOURNAL:
        return unmapped(f"Journal {code} is not a sales journal.", _journal_key(cell))
    return journal


def find_gl_account(
    wanted: GLCell, mappings: Mappings, ledger: Ledger, fallbacks: Fallbacks = GL_FALLBACKS
) -> GLAccount | Problem:
    """Return the account that takes what was sold, by the fall-backs."""
    cells = [
        GLCell(*(getattr(wanted, name) if name in kept else ANY for name in GLCell._fields))
        for kept in fallbacks
    ]
    cell = _first_filled(cells, mappings.gl_accounts)
    if cell is None:
        return unmapped(f"No G/L account is chosen for {wanted}.", ("gl", *wanted))
    code = mappings.gl_accounts[cell]
    account = ledger.gl_accounts.get(code)
    if account is None:
        return unmapped(f"G/L account {code} isn't in Exact any more.", ("gl", *cell))
    if account.is_blocked:
        return unmapped(f"G/L account {code} is blocked in Exact.", ("gl", *cell))
    if account.type in NEVER_ON_A_SALES_LINE:
        kind = NEVER_ON_A_SALES_LINE[account.type]
        return unmapped(f"G/L account {code} is of type {kind}, not of revenue.", ("gl", *cell))
    return account


def find_vat_code(
    wanted: VatCell, mappings: Mappings, ledger: Ledger, *, customer_country: str = ""
) -> VatCode | Problem:
    """Return the VAT code of this kind of customer, supply and rate, by VAT_FALLBACKS.

    A customer in the division's own country needs none of its own.
    """
    cell = _first_filled(_vat_cells(wanted), mappings.vat_codes)
    if cell is None:
        simplest = wanted._replace(supply=ANY)
        return unmapped(f"No VAT code is chosen for {simplest}.", simplest.key)
    code = mappings.vat_codes[cell]
    vat_code = ledger.vat_codes.get(code)
    if vat_code is None:
        return unmapped(f"VAT code {code} isn't in Exact any more.", cell.key)
    countries = [ledger.country, customer_country]
    is_known = customer_country or wanted.country_group == CountryGroup.DOMESTIC
    fault = vat_code_fault(
        vat_code,
        wanted.rate,
        business_type=wanted.business_type,
        countries=list(filter(None, countries)) if is_known else (),
    )
    return unmapped(f"VAT code {code} {fault}", cell.key) if fault else vat_code


def find_payment_condition(
    wanted: TermsCell, mappings: Mappings, ledger: Ledger
) -> PaymentCondition | Problem | None:
    """Return the condition of these terms; None where the account's own is to hold."""
    chosen = {_plain(cell): cell for cell, code in mappings.payment_conditions.items() if code}
    cell = chosen.get(_plain(wanted)) or chosen.get(_plain(TermsCell(ANY)))
    if cell is None:
        return None
    code = mappings.payment_conditions[cell]
    found = ledger.payment_conditions.get(code)
    if found is None:
        key = ("payment_condition", cell.payment_terms)
        return unmapped(f"Payment condition {code} isn't in Exact any more.", key)
    return found


def find_centre(kind: str, location: str, account: GLAccount, mappings: Mappings) -> str | Problem:
    """Return the cost_centre or cost_unit of a location, where the account wants or allows one."""
    is_centre = kind == "cost_centre"
    use = account.use_cost_centre if is_centre else account.use_cost_unit
    chosen = mappings.cost_centres if is_centre else mappings.cost_units
    found = chosen.get(location) or chosen.get(ANY, "")
    if not found and use == MANDATORY:
        where, words = location or "any location", kind.replace("_", " ")
        sentence = f"G/L account {account.code} needs a {words}; {where} has none. Choose one."
        return Problem(ProblemKind.NEEDS_MAPPING, sentence, (kind, location))
    return "" if use == FORBIDDEN else found


def unmapped(sentence: str, key: Key) -> Problem:
    """Return what an administrator puts right in the set-up."""
    return Problem(
        ProblemKind.NEEDS_MAPPING, f"{sentence} Choose one that fits in the set-up.", key
    )


def _vat_cells(wanted: VatCell) -> Iterable[VatCell]:
    """The cells that may decide, from the most exact to the widest."""
    for kept in VAT_FALLBACKS:
        yield VatCell(
            wanted.country_group,
            wanted.business_type if "business_type" in kept else ANY,
            wanted.rate,
            wanted.supply if "supply" in kept else ANY,
            wanted.vat_category if "vat_category" in kept else ANY,
        )


def _first_filled(cells: Iterable[Cell], mapping: Mapping[Cell, str]) -> Cell | None:
    return next((cell for cell in cells if mapping.get(cell)), None)


def _plain(cell: TermsCell) -> str:
    """Terms that differ in case or blanks alone are the same."""
    return " ".join(cell.payment_terms.split()).casefold()


def _journal_key(cell: JournalCell) -> Key:
    name = "journal" if cell.kind == DocumentKind.INVOICE else "credit_journal"
    return (name, cell.location)
