"""Pages for people: the company, its latest entries and accounts, and one entry's lines."""

from collections import defaultdict
from typing import TYPE_CHECKING

from exact_client.sandbox.clock import wall_of
from exact_client.sandbox.facts import Record
from exact_client.sandbox.html import escaped, page, table
from exact_client.sandbox.messages import Reply, Request, html_reply

if TYPE_CHECKING:
    from exact_client.sandbox.app import ExactSandbox

SHOWN = 50  # rows of a list


def answer(sandbox: "ExactSandbox", request: Request) -> Reply:
    """Show the page at an address."""
    if request.path == "/":
        return html_reply(_home(sandbox, request.options.get("q", "").strip()))
    if request.path.startswith("/entries/"):
        entry = sandbox.record("entries", request.path.removeprefix("/entries/"))
        if entry:
            return html_reply(_entry(sandbox, entry))
    return html_reply(page("Not found", "<p>There is no such page.</p>"), 404)


def _home(sandbox: "ExactSandbox", words: str) -> str:
    company = sandbox.company.facts["divisions"][0]
    entries, accounts = sandbox.kept("entries"), sandbox.kept("accounts")
    total = sum(entry["AmountDC"] for entry in entries)
    facts = {
        "Division": company["Code"],
        "Accounts": f"{sandbox.count('accounts'):,}",
        "Entries": f"{len(entries):,}",
        "Booked, EUR": _money(total),
    }
    boxes = "".join(
        f"<div class=card><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items()
    )
    search = (
        "<form role=search><p><input type=search name=q aria-label='Search entries and accounts' "
        f"placeholder='Name, reference, number …' value=\"{escaped(words)}\"> "
        "<button>Search</button></p></form>"
    )
    return page(
        company["Description"],
        f"<dl class=facts>{boxes}</dl><h2>Journals</h2>{_journals(entries)}<h2>Find</h2>{search}"
        f"<h2>Latest entries</h2>{_entries(entries, words)}"
        f"<h2>Latest accounts</h2>{_accounts(accounts, words)}",
    )


def _money(amount: float) -> str:
    return f"{amount:,.2f}"


def _journals(entries: list[Record]) -> str:
    totals: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for entry in entries:
        total = totals[f"{entry['Journal']} {entry['JournalDescription']}"]
        total[0] += 1
        total[1] += entry["VATAmountDC"]
        total[2] += entry["AmountDC"]
    rows = [
        [escaped(name), f"{count:.0f}", _money(vat), _money(amount)]
        for name, (count, vat, amount) in sorted(totals.items())
    ]
    return table(["Journal", "Entries", "VAT", "Total"], rows, {1, 2, 3})


def _matching(rows: list[Record], words: str, names: tuple[str, ...]) -> list[Record]:
    wanted = words.casefold()
    found = [r for r in rows if any(wanted in str(r.get(n) or "").casefold() for n in names)]
    return sorted(found, key=lambda row: -int(row["Timestamp"]))[:SHOWN]


def _entries(entries: list[Record], words: str) -> str:
    rows = [
        [
            f"<a href=/entries/{entry['EntryID']}>{entry['EntryNumber']}</a>",
            wall_of(entry["EntryDate"]).date().isoformat(),
            escaped(entry["CustomerName"]),
            escaped(entry.get("YourRef")),
            _money(entry["AmountDC"]),
        ]
        for entry in _matching(
            entries, words, ("EntryNumber", "CustomerName", "YourRef", "Description")
        )
    ]
    return table(["Number", "Date", "Customer", "Your reference", "Total"], rows, {4})


def _accounts(accounts: list[Record], words: str) -> str:
    names = ("Name", "Code", "VATNumber", "SearchCode", "City", "Email")
    rows = [
        [
            escaped(row["Code"].strip()),
            escaped(row["Name"]),
            escaped(row["Status"]),
            escaped(row.get("VATNumber")),
            escaped(row.get("SearchCode")),
            escaped(row.get("City")),
        ]
        for row in _matching(accounts, words, names)
    ]
    return table(["Code", "Name", "Status", "VAT number", "Search code", "City"], rows, set())


def _entry(sandbox: "ExactSandbox", entry: Record) -> str:
    lines = [sandbox.record("lines", key) or {} for key in entry["_lines"]]
    rows = [
        [
            str(line["LineNumber"]),
            escaped(line.get("Description")),
            _money(line["VATBaseAmountDC"]),
            _money(line["VATAmountDC"]),
            escaped(line.get("VATCode")),
            escaped(f"{line['GLAccountCode']} {line['GLAccountDescription']}"),
            escaped(line.get("CostCenter")),
        ]
        for line in lines
    ]
    heads = ["Line", "Description", "Net", "VAT", "VAT code", "G/L account", "Cost centre"]
    return page(
        f"Entry {entry['EntryNumber']}",
        f"<p class=lead><b>{escaped(entry['CustomerName'])}</b>, "
        f"{wall_of(entry['EntryDate']).date().isoformat()}, due "
        f"{wall_of(entry['DueDate']).date().isoformat()}, journal {escaped(entry['Journal'])} "
        f"{escaped(entry['JournalDescription'])}. Your reference "
        f"<b>{escaped(entry.get('YourRef')) or 'none'}</b>. Total "
        f"<b>{_money(entry['AmountDC'])}</b> {escaped(entry['Currency'])}, of which VAT "
        f"{_money(entry['VATAmountDC'])}.</p>{table(heads, rows, {0, 2, 3})}",
    )
