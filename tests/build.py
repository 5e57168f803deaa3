"""Valid rows, one function for each; a test names only the values it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile

from accounts_link.models import AccountLink, Candidate, Customer, ExactAccount, Standing
from exact_client.models import Division, ExactConnection
from sync.models import Invoice, InvoiceFile, InvoiceLine

NOW = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
SITE = "http://localhost:8100"

_numbers = count(1)


def a_connection(**values: Any) -> ExactConnection:
    """Make a connection that works, or return the one that is there."""
    defaults = {"tokens": "sealed", "state": ExactConnection.State.CONNECTED, **values}
    return ExactConnection.objects.get_or_create(url=SITE, client_id="ours", defaults=defaults)[0]


def a_division(**values: Any) -> Division:
    """Make a division that is chosen, or return the one with this code."""
    code = values.pop("code", 124132)
    defaults = {
        "name": "Cowork BV",
        "country": "BE",
        "currency": "EUR",
        "is_chosen": True,
        **values,
    }
    return Division.objects.get_or_create(connection=a_connection(), code=code, defaults=defaults)[
        0
    ]


def a_customer(**values: Any) -> Customer:
    """Make a customer of zapfloor, findable like an imported one."""
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "number": f"{30_000 + n}",  # no code of the stand-in's company, so that none matches
        "name": f"Customer {n}",
        "business_type": Customer.BusinessType.VAT,
        "city": "Gent",
        "country": "BE",
        "imported_at": NOW,
    }
    made = Customer(**defaults | values)
    texts = (made.name, made.number, made.vat_number, made.city)
    made.search_text = " ".join(filter(None, texts)).casefold()
    made.save()
    return made


def an_account(**values: Any) -> ExactAccount:
    """Make a customer in Exact, findable like a mirrored one."""
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "exact_id": UUID(int=n),
        "code": f"{20_000 + n}",
        "name": f"Account {n}",
        "status": ExactAccount.Status.CUSTOMER,
        "city": "Gent",
        "country": "BE",
        "mirrored_at": NOW,
    }
    if "division" not in values:
        defaults["division"] = a_division()
    made = ExactAccount(**defaults | values)
    texts = (made.name, made.code, made.search_code, made.vat_number, made.city)
    made.search_text = " ".join(filter(None, texts)).casefold()
    made.save()
    return made


def a_link(**values: Any) -> AccountLink:
    """Make a link; `name` names both the customer and the account when they are not given."""
    named = {"name": values.pop("name")} if "name" in values else {}
    account = values.pop("account", None) or an_account(**named)
    customer = values.pop("customer", None) or a_customer(**named)
    defaults = {"rule": AccountLink.Rule.VAT, "linked_at": NOW, "division": account.division}
    made = AccountLink.objects.create(account=account, customer=customer, **defaults | values)
    ExactAccount.objects.filter(pk=account.pk).recount()
    return made


def a_standing(**values: Any) -> Standing:
    """Make what matching found for a customer: by default that a person must choose."""
    defaults: dict[str, Any] = {
        "outcome": Standing.Outcome.REVIEW,
        "situation": "near",
        "explanation": "No number agrees, but the name or the address comes near.",
        "decided_at": NOW,
    }
    for name, make in (("customer", a_customer), ("division", a_division)):
        if name not in values:
            defaults[name] = make()
    return Standing.objects.create(**defaults | values)


def a_candidate(**values: Any) -> Candidate:
    """Make an open candidate with its reasons, and a customer in review where none is given."""
    if "customer" not in values:
        values["customer"] = a_standing().customer
    account = values.pop("account", None) or an_account()
    defaults = {"score": 90, "points": [["Name equal", 60], ["Postcode 9000", 20], ["City", 10]]}
    made = Candidate.objects.create(account=account, **defaults | values)
    ExactAccount.objects.filter(pk=account.pk).recount()
    return made


def an_operator(*permissions: str, **values: Any) -> User:
    """Make somebody who may see accounts and change links, or just what `permissions` names."""
    n = next(_numbers)
    user = User.objects.create_user(**{"username": f"operator{n}", "password": "spoon"} | values)
    wanted = permissions or ("view_exactaccount", "add_accountlink", "delete_accountlink")
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    return user


def an_invoice(**values: Any) -> Invoice:
    """Make a document of one line at 21 % VAT; `unit_price` and `vat_rate` are the line's."""
    n = next(_numbers)
    line = {"unit_price": values.pop("unit_price", Decimal(100))}
    line["vat_rate"] = values.pop("vat_rate", Decimal(21))
    customer = values.pop("customer", None) or a_customer()
    defaults: dict[str, Any] = {
        "number": f"INV-2026-{n:06}",
        "invoice_date": date(2026, 9, 23),
        "customer_ref": customer.number,
        "location": "BRU-1",
        "fingerprint": f"{n}",
        "imported_at": NOW,
    }
    made = Invoice.objects.create(customer=customer, **defaults | values)
    InvoiceLine.objects.create(
        invoice=made,
        position=1,
        description="Desk",
        resource_type="desk",
        resource_code="FLEX",
        quantity=1,
        **line,
    )
    return made


def a_file(invoice: Invoice, name: str = "", content: bytes = b"") -> InvoiceFile:
    """Keep a file of a document: by default a PDF that is like no other."""
    n = next(_numbers)
    content = content or f"%PDF-1.7 {n}".encode()
    name = name or f"{invoice.number}-{n}.pdf"
    made = InvoiceFile(
        invoice=invoice,
        kind=InvoiceFile.Kind.PDF,
        name=name,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        added_at=NOW,
    )
    made.file.save(name, ContentFile(content))
    return made
