"""What happens when a document or a file in it is made, changed or deleted."""

from base64 import b64decode
from pathlib import PurePath
from uuid import uuid4

from exact_client.sandbox.books import Books
from exact_client.sandbox.company import identity
from exact_client.sandbox.facts import Record
from exact_client.sandbox.refusals import Findings
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.sync import keep_transactions, note_deleted

ATTACHMENT, DOCUMENT = 4, 6  # the kinds in sync/Deleted
DOWNLOAD = "/docs/SysAttachment.aspx"
# Which files Exact takes is not published; these are what offices send.
EXTENSIONS = frozenset(
    {"bmp", "csv", "doc", "docx", "eml", "gif", "htm", "html", "jpeg", "jpg", "msg", "odt", "pdf"}
    | {"png", "ppt", "pptx", "rtf", "tif", "tiff", "txt", "xls", "xlsx", "xml", "zip"}
)


class Documents:
    """The writing half of documents/Documents in one division."""

    def __init__(self, books: Books, division: int, user: str) -> None:
        self._books = books
        self._division = division
        self._user = user

    def create(self, taken: Record) -> Record:
        """Make a document, and hang it on its entry."""
        now = self._books.clock.wall_ms()
        record: Record = {
            "DocumentDate": self._books.clock.today_ms(),
            "Currency": "EUR",
            **{name: value for name, value in taken.items() if value is not None},
            "ID": str(uuid4()),
            "Division": self._division,
            "Created": now,
            "Creator": self._user,
        }
        self._check(record)
        record["HID"] = self._books.number(self._division, "documents")
        return self._keep(record)

    def update(self, key: str, taken: Record) -> None:
        """Change a document."""
        before = self._books.table(self._division, "documents").get(key) or {}
        record = {**before, **taken, "HID": before["HID"]}
        self._check(record)
        moved = record.get("FinancialTransactionEntryID")
        if moved != before.get("FinancialTransactionEntryID"):
            self._unhang(before)
        self._keep(record)

    def delete(self, key: str) -> None:
        """Delete a document with its files; its entry stays."""
        record = self._books.table(self._division, "documents").get(key) or {}
        for file in list(self._books.table(self._division, "attachments")):
            if file["Document"] == key:
                delete_attachment(self._books, self._division, file["ID"], self._user)
        self._unhang(record)
        self._books.drop(self._division, "documents", key)
        note_deleted(self._books, self._division, key, DOCUMENT, self._user)

    def _check(self, record: Record) -> None:
        found = Findings()
        if not (record.get("Subject") or "").strip():
            found.add("missing", "Subject")
        self._check_type(record, found)
        account = record.get("Account")
        if account:
            row = self._books.table(self._division, "accounts").get(account)
            if row is None:
                found.add("reference", "Account")
            else:
                record |= {"AccountCode": row["Code"], "AccountName": row["Name"]}
        entry = record.get("FinancialTransactionEntryID")
        if entry and self._books.entries(self._division).get(entry) is None:
            found.add("reference", "EntryID")
        found.check()

    def _check_type(self, record: Record, found: Findings) -> None:
        if record.get("Type") is None:
            found.add("missing", "Type")
            return
        row = self._books.table(self._division, "documenttypes").get(str(record["Type"]))
        if row is None:
            found.add("reference", "Type")
        elif not row["DocumentIsCreatable"]:
            found.add("document type")
        else:
            category = identity(self._division, "documentcategories", str(row["TypeCategory"]))
            record |= {"TypeDescription": row["Description"], "Category": category}

    def _keep(self, record: Record) -> Record:
        record |= {
            "HasEmptyBody": not record.get("Body"),
            "Modified": self._books.clock.wall_ms(),
            "Modifier": self._user,
        }
        record = self._books.put(self._division, "documents", record["ID"], record)
        entry = self._entry_of(record)
        if entry and not entry.get("Document"):
            told = ("ID", "HID", "Subject")
            self._hang(entry, [record[name] for name in told])
        return record

    def _unhang(self, record: Record) -> None:
        entry = self._entry_of(record)
        if entry and entry.get("Document") == record["ID"]:
            self._hang(entry, [None, None, None])

    def _entry_of(self, record: Record) -> Record | None:
        key = record.get("FinancialTransactionEntryID")
        return self._books.entries(self._division).get(key) if key else None

    def _hang(self, entry: Record, told: list[object]) -> None:
        names = ("Document", "DocumentNumber", "DocumentSubject")
        entry = {**entry, **dict(zip(names, told, strict=True))}
        entry = self._books.put(self._division, "entries", entry["EntryID"], entry)
        lines = self._books.table(self._division, "lines")
        rows = [row for key in entry["_lines"] if (row := lines.get(key))]
        keep_transactions(self._books, entry, rows)


class Attachments:
    """The writing half of documents/DocumentAttachments in one division."""

    def __init__(self, books: Books, switches: Switches, division: int, user: str) -> None:
        self._books = books
        self._switches = switches
        self._division = division
        self._user = user

    def create(self, taken: Record) -> Record:
        """Put a file in a document. Its content is only told behind its Url."""
        found = Findings()
        if not taken.get("Document"):
            found.add("missing", "Document")
        elif not self._books.table(self._division, "documents").get(taken["Document"]):
            found.add("reference", "Document")
        self._check_name(taken.get("FileName") or "", found)
        content = taken.get("Attachment") or ""
        size = len(b64decode(content))
        if not size:
            found.add("missing", "Attachment")
        if size > self._switches.attachment_bytes:
            found.add("invalid", "FileSize")
        found.check()
        key = str(uuid4())
        record: Record = {
            "ID": key,
            "Document": taken["Document"],
            "FileName": taken["FileName"],
            "FileSize": float(size),
            "Url": f"{DOWNLOAD}?ID={key}&_Division_={self._division}",
            "_content": content,
        }
        return self._books.put(self._division, "attachments", key, record)

    def delete(self, key: str) -> None:
        """Delete a file; its document stays."""
        delete_attachment(self._books, self._division, key, self._user)

    def _check_name(self, name: str, found: Findings) -> None:
        if not name.strip():
            found.add("missing", "FileName")
        elif PurePath(name).suffix.lower().removeprefix(".") not in EXTENSIONS:
            found.add("not allowed", "FileName")


def delete_attachment(books: Books, division: int, key: str, user: str) -> None:
    """Delete a file of a document, and tell so."""
    books.drop(division, "attachments", key)
    note_deleted(books, division, key, ATTACHMENT, user)


def link_document(books: Books, entry: Record) -> None:
    """Let the document that an entry names know its entry."""
    division = entry["Division"]
    row = books.table(division, "documents").get(entry.get("Document") or "")
    if row and not row.get("FinancialTransactionEntryID"):
        linked = {**row, "FinancialTransactionEntryID": entry["EntryID"]}
        books.put(division, "documents", row["ID"], linked)


def unlink_documents(books: Books, division: int, entry_id: str) -> None:
    """Let the documents of an entry that goes stay on their own."""
    for row in list(books.table(division, "documents")):
        if row.get("FinancialTransactionEntryID") == entry_id:
            alone = {**row, "FinancialTransactionEntryID": None}
            books.put(division, "documents", row["ID"], alone)
