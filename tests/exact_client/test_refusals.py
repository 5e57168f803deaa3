"""Exact's texts, as integrators published them, and what we make of each."""

import pytest

from exact_client import refusals

TEXTS = {
    "Gegeven bestaat reeds.": "taken",
    "Data already exists": "taken",
    "Les données existent déjà.": "taken",
    "In gebruik: Boekstuknummer": "taken",
    "In use: Entry number": "taken",
    "Already exists - Entry number 24700006, Journal 70": "taken",
    "Boekstuknummer in gebruik": "taken",
    "Bestaat al bij Exact met boekstuknr: 1, 2": "taken",
    "Verkoopordernummer: Bestaat reeds": "taken",
    "Periode is afgesloten: 2024 - 01": "closed_period",
    "Period is closed: 2024 - 01": "closed_period",
    "La période est clôturée: 2024 - 01": "closed_period",
    "Periode ist abgeschlossen: 2024 - 01": "closed_period",
    "Verplicht: Boekjaar": "unknown_year",
    "Onbekend: Boekjaar": "unknown_year",
    "Unknown: Financial year (Period-date table)": "unknown_year",
    "Ongeldig: Klant (Type)": "not_a_customer",
    "Ongeldig: Factuur voor (Type)": "not_a_customer",
    "Invalid: Customer (Type)": "not_a_customer",
    "Ungültig: Kunde (Typ)": "not_a_customer",
    "Klant: non-actief": "inactive",
    "Client: inactif": "inactive",
    "The debtor account of this relation is not the one of the sales journal used.": (
        "wrong_receivables_account"
    ),
    "Ongeldige referentie: Btw-code": "bad_vat_code",
    "Ongeldig: Btw-percentage []": "bad_vat_code",
    "Niet toegestaan: Btw-code": "bad_vat_code",
    "Non autorisé: Code TVA": "bad_vat_code",
    "Invalid VAT number": "bad_vat_number",
    "Verplicht: Dagboek": "bad_journal",
    "Ongeldige referentie: Journals": "bad_journal",
    "Invalid journal. The journal must be a cash journal.": "bad_journal",
    "Ongeldig: Grootboekrekeningtype": "bad_gl",
    "Blocked: Ledger account": "bad_gl",
    "Ungültig: Sachkontotyp": "bad_gl",
    "Ongeldige referentie: Betalingsconditie": "bad_payment_condition",
    "Verplicht: Betalingsconditie": "bad_payment_condition",
    "Ongeldige referentie: Kostenplaats": "bad_cost_centre",
    "Mandatory: Account": "unknown_customer",
    "Verplicht: Relatie": "unknown_customer",
    "Klant werd niet gevonden": "unknown_customer",
    "Verplicht: Factuur voor\r\nVerplicht: Besteld door": "unknown_customer",
    "Invalid: Email []": "bad_email",
    "This entry is not balanced on: 2021 / 12 (Type: Other) - Difference: EUR 1.000,00": (
        "unbalanced"
    ),
    "Document Type not allowed": "no_right",
    "Wrong Division": "no_right",
    "Verplicht: Naam": "missing_field",
    "Pflichtfeld: Name": "missing_field",
    "Name should not be empty": "missing_field",
    "Please add a $select or a $top=1 statement to the query string.": "missing_field",
    "Kan niet verwijderen: Relatie - Gebruikt in: Documenten": "in_use_elsewhere",
}


@pytest.mark.parametrize(("text", "kind"), TEXTS.items())
def test_a_known_text_is_recognised(text: str, kind: str) -> None:
    found = refusals.find(text)

    assert found is not None
    assert found.kind == kind
    assert not refusals.is_internal(text)


def test_an_unknown_text_is_shown_in_exacts_own_words() -> None:
    assert refusals.find("Quelque chose de neuf") is None
    assert "Quelque chose de neuf" in refusals.explained("Quelque chose de neuf")


def test_every_finding_of_several_is_explained() -> None:
    said = refusals.explained("Ongeldig: Klant (Type)\r\nNiet toegestaan: Btw-code")

    assert "not a customer" in said
    assert "VAT code" in said
    assert said.endswith("“Ongeldig: Klant (Type) Niet toegestaan: Btw-code”")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Object reference not set to an instance of an object.",
        "A problem has occurred. The cause of this issue will be investigated by Exact.",
        "Transaction (Process ID 71) was deadlocked on lock resources. Rerun: deadlock victim.",
    ],
)
def test_a_failure_inside_exact_says_nothing_about_our_data(text: str) -> None:
    assert refusals.is_internal(text)
