"""Valid copies, pairs and a tie with no stand-in behind it; a test names what it is about."""

from __future__ import annotations

from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from sync.models import ExactRecord, ModuleSync, Pair, PairCandidate, ZohoRecord, ZohoSync
from sync.rules.zoho.default_rules import DEFAULT_RULES
from sync.rules.zoho.modules import Module
from sync.services.zoho.set_up import terms
from tests.build import NOW, a_division
from tests.sync.services.zoho.conftest import map_by_default
from zoho_client.sandbox.company import read_company

Record = TypeVar("Record", ExactRecord, ZohoRecord)

_numbers = count(1)
FIELDS = {
    module: [{"api_name": name} for rule in rules for name in rule.zoho_fields]
    for module, rules in DEFAULT_RULES.items()
}


def a_sync(**values: Any) -> ZohoSync:
    """Make a tie with all modules switched on, and the mappings that work at once."""
    if (held := ZohoSync.objects.first()) is not None:
        return held
    defaults = {
        "division": a_division(),
        "state": ZohoSync.State.RUNNING,
        "terms_version": terms.VERSION,
        "started_at": NOW,
    }
    made = ZohoSync.objects.create(**defaults | values)
    for module in Module:
        ModuleSync.objects.create(sync=made, module=module, is_on=True, fields=FIELDS[module])
        map_by_default(made, module, {field["api_name"] for field in FIELDS[module]})
    return made


def an_exact_record(module: str = Module.ACCOUNTS, **values: Any) -> ExactRecord:
    """Make our copy of a record of Exact; an account is a customer."""
    n = next(_numbers)
    defaults: dict[str, Any] = {"key": str(UUID(int=n)), "name": f"Exact {n}", "version": n}
    if module == Module.ACCOUNTS and "values" not in values:
        defaults["values"] = {"Status": "C", "Code": str(20_000 + n), "Name": f"Exact {n}"}
    return _made(ExactRecord, module, defaults | values)


def a_zoho_record(module: str = Module.ACCOUNTS, **values: Any) -> ZohoRecord:
    """Make our copy of a record of Zoho."""
    n = next(_numbers)
    defaults = {"key": f"5725767{n:012}", "name": f"Zoho {n}", "modified_at": NOW}
    return _made(ZohoRecord, module, defaults | values)


def a_pair(exact: ExactRecord | None = None, zoho: ZohoRecord | None = None, **values: Any) -> Pair:
    """Make a pair of two copies, both *paired*; of accounts, if none is given."""
    exact, zoho = exact or an_exact_record(), zoho or a_zoho_record()
    for record in (exact, zoho):
        record.standing = record.Standing.PAIRED
        record.save()
    defaults: dict[str, Any] = {"rule": Pair.Rule.VAT, "paired_at": NOW, "module": zoho.module}
    return Pair.objects.create(sync=zoho.sync, exact=exact, zoho=zoho, **defaults | values)


def a_candidate(
    exact: ExactRecord | None = None, zoho: ZohoRecord | None = None, **values: Any
) -> PairCandidate:
    """Make two records that may be the same, both waiting for a person."""
    exact, zoho = exact or an_exact_record(), zoho or a_zoho_record()
    for record in (exact, zoho):
        record.standing, record.reason = record.Standing.REVIEW, "They come near."
        record.save()
    defaults: dict[str, Any] = {"score": 70, "points": [["Name equal", 60], ["City", 10]]}
    return PairCandidate.objects.create(exact=exact, zoho=zoho, **defaults | values)


def _made(model: type[Record], module: str, values: dict[str, Any]) -> Record:
    sync = values.pop("sync", None) or a_sync()
    made = model(sync=sync, module=module, read_at=NOW, **values)
    made.save()
    return made


def metadata_of_zoho() -> ZohoSync:
    """Make a tie that knows the fields which Zoho has, with the mappings that work at once."""
    made = a_sync()
    made.mappings.all().delete()
    fields = read_company().fields
    for module in made.modules.all():
        module.fields = fields[module.module]
        module.save(update_fields=["fields"])
        names = {field["api_name"] for field in module.fields}
        map_by_default(made, Module(module.module), names)
    return made
