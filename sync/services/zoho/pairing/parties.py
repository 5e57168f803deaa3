"""Our copies of both sides as the rules of pairing see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from accounts_link.models import AccountLink
from sync.models import ExactRecord, ZohoRecord
from sync.rules.cents import to_cents
from sync.rules.parties import Party, vat_normal_form
from sync.rules.references import number_in
from sync.rules.zoho.country_names import country_code
from sync.rules.zoho.pairing import Customers, ZohoAccount
from sync.rules.zoho.pairing_contacts import Person
from sync.rules.zoho.pairing_documents import Document
from sync.rules.zoho.pairing_products import Product
from sync.services.parties.match import party_of
from sync.services.zoho.mapping.mappings import rules_of
from sync.services.zoho.reading.copies import Copies
from sync.services.zoho.reading.reading_zoho import CATCH_ALL_ID, EXACT_ID

if TYPE_CHECKING:
    from sync.models import ModuleSync, ZohoSync

Values = Mapping[str, Any]
Row = tuple[str, str, str, Values]  # key, name, key of its account, values
CHUNK = 500  # rows that are held with all their values


def rows(copies: Copies, module: ModuleSync) -> Iterator[Row]:
    """Yield every copy that is there on its side, oldest first."""
    present = copies.objects.filter(sync_id=module.sync_id, module=module.module, gone_at=None)
    listed = present.order_by("pk").values_list("key", "name", "account_key", "values")
    return listed.iterator(chunk_size=CHUNK)


def exact_accounts(module: ModuleSync) -> Iterator[Party]:
    """Yield Exact's accounts."""
    for key, name, _, values in rows(ExactRecord, module):
        text = _texts(values)
        yield Party(
            key=key,
            number=text("Code"),
            name=name,
            search_code=text("SearchCode"),
            status=text("Status"),
            vat=vat_normal_form(text("VATNumber"), text("Country")),
            vat_typed=text("VATNumber"),
            chamber_number=text("ChamberOfCommerce"),
            street=text("AddressLine1"),
            postcode=text("Postcode"),
            city=text("City"),
            country=text("Country"),
            email=text("Email"),
            phone=text("Phone"),
        )


def zoho_accounts(module: ModuleSync, pairs: Mapping[str, str]) -> Iterator[ZohoAccount]:
    """Yield Zoho's accounts; what Zoho has no field for is where the mappings say."""
    names = {rule.exact_field: rule.zoho_field for rule in rules_of(module)}
    number = names.get("SearchCode") or names.get("Code") or ""
    for key, name, _, values in rows(ZohoRecord, module):
        text = _texts(values)
        country = text("Billing_Country")
        country = country_code(country) or country
        vat = text(names.get("VATNumber", ""))
        party = Party(
            key=key,
            number=text(number),
            name=name,
            vat=vat_normal_form(vat, country),
            vat_typed=vat,
            chamber_number=text(names.get("ChamberOfCommerce", "")),
            street=text("Billing_Street"),
            postcode=text("Billing_Code"),
            city=text("Billing_City"),
            country=country,
            email=text(names.get("Email", "")),
            phone=text("Phone"),
        )
        yield ZohoAccount(party, _exact_id(key, values, pairs))


def customers(sync: ZohoSync) -> Customers:
    """Return the customers of zapfloor that are linked: they know both sides."""
    links = AccountLink.objects.filter(division=sync.division, account__is_gone=False)
    found = list(links.select_related("customer", "account"))
    return Customers(
        [party_of(link.customer) for link in found],
        {link.customer.number: str(link.account.exact_id) for link in found},
    )


def exact_people(module: ModuleSync) -> Iterator[Person]:
    """Yield Exact's contacts."""
    for key, name, account, values in rows(ExactRecord, module):
        text = _texts(values)
        last = text("LastName") or name
        yield Person(key, account, text("FirstName"), last, text("Email"))


def zoho_people(module: ModuleSync, pairs: Mapping[str, str]) -> Iterator[Person]:
    """Yield Zoho's contacts."""
    for key, name, account, values in rows(ZohoRecord, module):
        text = _texts(values)
        last = text("Last_Name") or name
        held = _exact_id(key, values, pairs)
        yield Person(key, account, text("First_Name"), last, text("Email"), held)


def items(module: ModuleSync) -> Iterator[Product]:
    """Yield Exact's items."""
    for key, name, _, values in rows(ExactRecord, module):
        yield Product(key, _texts(values)("Code"), name)


def products(module: ModuleSync, pairs: Mapping[str, str]) -> Iterator[Product]:
    """Yield Zoho's products."""
    for key, name, _, values in rows(ZohoRecord, module):
        yield Product(key, _texts(values)("Product_Code"), name, _exact_id(key, values, pairs))


def exact_documents(module: ModuleSync) -> Iterator[Document]:
    """Yield Exact's invoices or orders."""
    for key, _, account, values in rows(ExactRecord, module):
        numbers = _some(values, "InvoiceNumber", "OrderNumber", "YourRef")
        numbers = (*numbers, number_in(_texts(values)("YourRef")))
        yield Document(key, account, numbers, _amount(values.get("AmountFC")))


def zoho_documents(
    module: ModuleSync, pairs: Mapping[str, str], accounts: Mapping[str, str]
) -> Iterator[Document]:
    """Yield Zoho's invoices or orders, under the account in Exact that they belong to."""
    for key, name, account, values in rows(ZohoRecord, module):
        numbers = (name, *_some(values, "Invoice_Number", "SO_Number", "Purchase_Order"))
        total, held = _amount(values.get("Grand_Total")), _exact_id(key, values, pairs)
        yield Document(key, accounts.get(account, ""), numbers, total, held)


def _some(values: Values, *names: str) -> tuple[str, ...]:
    texts = map(_texts(values), names)
    return tuple(text for text in texts if text)


def _amount(value: object) -> Decimal | None:
    return None if value is None else to_cents(Decimal(str(value)))


def _exact_id(key: str, values: Values, pairs: Mapping[str, str]) -> str:
    """Return the pair's key, or what Zoho holds of an earlier one."""
    held = _texts(values)(EXACT_ID).casefold()
    return pairs.get(key, "" if held == CATCH_ALL_ID else held)


def _texts(values: Values) -> Callable[[str], str]:
    def text(name: str) -> str:
        value = values.get(name)
        return "" if value is None or isinstance(value, Mapping) else str(value)

    return text
