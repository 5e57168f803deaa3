"""What the rules of pairing say of the records of a module, and what persons said before them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sync.models import ModuleSync, Pair, PairCandidate
from sync.rules.zoho.modules import Module
from sync.rules.zoho.pairing import pair_accounts
from sync.rules.zoho.pairing_contacts import pair_contacts
from sync.rules.zoho.pairing_documents import pair_documents
from sync.rules.zoho.pairing_products import pair_products
from sync.rules.zoho.pairings import Outcome, Pairing
from sync.services.zoho.pairing import parties

if TYPE_CHECKING:
    from sync.models import ZohoSync

Keys = dict[str, str]  # of Zoho → of Exact
Rejected = Mapping[str, set[str]]  # of Zoho → those of Exact that it is not


def decisions(sync: ZohoSync, module: ModuleSync) -> Mapping[str, Pairing]:
    """Return what is to become of each record of Zoho, by its key, paired ones included."""
    return _DECIDE[Module(module.module)](sync, module, _rejected(module))


def _rejected(module: ModuleSync) -> Rejected:
    found: dict[str, set[str]] = defaultdict(set)
    judged = PairCandidate.objects.filter(
        zoho__sync_id=module.sync_id, zoho__module=module.module, is_rejected=True
    )
    for zoho, exact in judged.values_list("zoho__key", "exact__key"):
        found[zoho].add(exact)
    return found


def _accounts(sync: ZohoSync, module: ModuleSync, rejected: Rejected) -> Mapping[str, Pairing]:
    zoho = list(parties.zoho_accounts(module, _ids(sync, module.module)))
    return pair_accounts(zoho, parties.exact_accounts(module), parties.customers(sync), rejected)


def _contacts(sync: ZohoSync, module: ModuleSync, rejected: Rejected) -> Mapping[str, Pairing]:
    zoho = list(parties.zoho_people(module, _ids(sync, module.module)))
    accounts = _pairs(sync, Module.ACCOUNTS)
    return _heeding(pair_contacts(zoho, parties.exact_people(module), accounts), rejected)


def _products(sync: ZohoSync, module: ModuleSync, rejected: Rejected) -> Mapping[str, Pairing]:
    zoho = list(parties.products(module, _ids(sync, module.module)))
    return _heeding(pair_products(zoho, parties.items(module)), rejected)


def _documents(sync: ZohoSync, module: ModuleSync, rejected: Rejected) -> Mapping[str, Pairing]:
    pairs, accounts = _ids(sync, module.module), _pairs(sync, Module.ACCOUNTS)
    zoho = list(parties.zoho_documents(module, pairs, accounts))
    return _heeding(pair_documents(zoho, parties.exact_documents(module)), rejected)


_DECIDE = {
    Module.ACCOUNTS: _accounts,
    Module.CONTACTS: _contacts,
    Module.PRODUCTS: _products,
    Module.INVOICES: _documents,
    Module.SALES_ORDERS: _documents,
}


def _pairs(sync: ZohoSync, module: str) -> Keys:
    pairs = Pair.objects.filter(sync=sync, module=module)
    return dict(pairs.values_list("zoho__key", "exact__key"))


def _ids(sync: ZohoSync, module: str) -> Keys:
    """Return the pairs, with nothing for those of Exact that went: others may be the same now."""
    gone = Pair.objects.filter(sync=sync, module=module, exact__gone_at__isnull=False)
    return _pairs(sync, module) | dict.fromkeys(gone.values_list("zoho__key", flat=True), "")


def _heeding(pairings: Mapping[str, Pairing], rejected: Rejected) -> dict[str, Pairing]:
    """Leave out what a person rejected."""
    return {key: without(pairing, rejected.get(key, set())) for key, pairing in pairings.items()}


def without(pairing: Pairing, not_it: set[str]) -> Pairing:
    """Leave out of a decision what a person said it is not."""
    left = tuple(one for one in pairing.candidates if one.key not in not_it)
    nothing_left = pairing.candidates and not left
    if pairing.exact in not_it or (pairing.outcome is Outcome.REVIEW and nothing_left):
        return Pairing(Outcome.NEW, "What came near was said to be another one.")
    return replace(pairing, candidates=left)
