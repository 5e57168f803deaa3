"""Questions about accounts and the people at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from exact_client import odata
from exact_client.odata import literal
from exact_client.questions.base import Questions, created
from exact_client.records import AccountRecord, DeletedRecord, SyncedAccountRecord
from exact_client.trade_records import ContactRecord, SyncedContactRecord

ACCOUNTS, CONTACTS = "crm/Accounts", "crm/Contacts"


class PartyQuestions(Questions):
    """Accounts and contacts; and what of any kind was deleted."""

    def accounts_changed_since(self, timestamp: int) -> Iterator[SyncedAccountRecord]:
        """Yield every account changed after `timestamp`, in no promised order.

        `timestamp` is Exact's row version: a number that only grows, not a time of day.
        Begin with 1. Store the highest one only when all was read.
        """
        return self._since(SyncedAccountRecord, "sync/CRM/Accounts", timestamp)

    def deletions_since(
        self, timestamp: int, entity_type: int | None = DeletedRecord.ACCOUNT
    ) -> Iterator[DeletedRecord]:
        """Yield what was deleted after `timestamp`, a row version. Exact forgets after 2 months.

        With `entity_type` None, records of every kind in one list.
        """
        where = f"Timestamp gt {literal(timestamp)}"
        if entity_type is not None:
            where += f" and EntityType eq {entity_type}"
        return self._list(DeletedRecord, "sync/Deleted", where)

    def account(self, account_id: UUID) -> AccountRecord | None:
        """Return this account as it is now, or None when it is gone."""
        return next(self._accounts("ID", account_id), None)

    def accounts_with_code(self, code: str) -> list[AccountRecord]:
        """Return the accounts with this code, which need not carry Exact's padding."""
        return list(self._accounts("Code", odata.padded_code(code)))

    def accounts_with_search_code(self, code: str) -> list[AccountRecord]:
        """Return the accounts with this search code. Exact does not keep search codes unique."""
        return list(self._accounts("SearchCode", code))

    def accounts_with_vat_number(self, typed: str) -> list[AccountRecord]:
        """Return the accounts on which this VAT number was typed in exactly this way."""
        return list(self._accounts("VATNumber", typed))

    def create_account(self, payload: Mapping[str, Any]) -> AccountRecord:
        """Create an account from properties by Exact's names; only `Name` is required.

        Raises ExactUncertainError when it may have been made: look it up by its search code.
        """
        return created(AccountRecord, self._transport.post(ACCOUNTS, payload))

    def update_account(self, account_id: UUID, fields: Mapping[str, Any]) -> None:
        """Change these fields of an account and no others. May be repeated.

        `Code` is refused here: Exact takes even an unchanged one for a double.
        """
        if "Code" in fields:
            raise ValueError("Exact refuses Code in a change, even an unchanged one.")
        self._transport.put(odata.key(ACCOUNTS, account_id), fields)

    def contacts_changed_since(self, timestamp: int) -> Iterator[SyncedContactRecord]:
        """Yield every contact changed after `timestamp`, a row version."""
        return self._since(SyncedContactRecord, "sync/CRM/Contacts", timestamp)

    def contact(self, contact_id: UUID) -> ContactRecord | None:
        """Return this contact as it is now, or None when it is gone."""
        where = f"ID eq {literal(contact_id)}"
        return next(self._list(ContactRecord, CONTACTS, where), None)

    def contacts_of(self, account_id: UUID) -> list[ContactRecord]:
        """Return all contacts of an account: where a lost create is looked for."""
        return self._all(ContactRecord, CONTACTS, f"Account eq {literal(account_id)}")

    def create_contact(self, payload: Mapping[str, Any]) -> ContactRecord:
        """Create a contact; `Account` and a first or a last name are required.

        Raises ExactUncertainError when it may have been made: look among those of its account.
        """
        return created(ContactRecord, self._transport.post(CONTACTS, payload))

    def update_contact(self, contact_id: UUID, fields: Mapping[str, Any]) -> None:
        """Change these fields of a contact and no others. May be repeated."""
        self._transport.put(odata.key(CONTACTS, contact_id), fields)

    def _accounts(self, field: str, value: str | UUID) -> Iterator[AccountRecord]:
        return self._list(AccountRecord, ACCOUNTS, f"{field} eq {literal(value)}")
