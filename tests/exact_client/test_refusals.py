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
    "invalid_grant: The user is not active": "reconnect",
    "refresh token expired": "reconnect",
    "Niet toegestaan: Verkoopfacturen": "in_use_elsewhere",
    "Invalid: Post to callback URL endpoint returns 500 An error occurred while sending the"
    " request.": "webhook_callback",
    "Ongeldig: Callback-URL": "webhook_callback",
    "Token is not allowed, because of invalid or empty chainId": "reconnect",
    "Rate limit exceeded: access_token not expired": "too_early",
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


# What integrators' users meet most: the text, a word of its cause, and a word of what mends it.
MEANINGS = [
    ("Periode is afgesloten: 2026-03", "closed", "next open one, or hold"),
    ("closed period", "closed", "Reopen the period"),
    ("Unknown: Financial year (Period-date table)", "no financial year", "Create the financial"),
    ("Onbekend: Boekjaar", "no financial year", "Create the financial year"),
    ("Already exists \u2013 Entry number 26700006, Journal 70", "exists in Exact already", "adopt"),
    ("Boekstuknummer in gebruik", "exists in Exact already", "another number"),
    ("Bestaat al bij Exact met boekstuknr: 26700001, 26700002", "exists in Exact", "Compare"),
    ("Invalid: Customer (Type)", "not a customer", "Make it a customer"),
    ("Ongeldig: Klant (Type)", "not a customer", "link another account"),
    ("Mandatory: Account", "none was given", "Link the customer"),
    ("Verplicht: Relatie", "none was given", "Link the customer"),
    ("Not found: Account 700100 G/L", "G/L account", "Map the line"),
    ("Grootboek 700100 niet gevonden", "G/L account", "Map the line"),
    ("Ongeldige referentie: Btw-code", "VAT code", "VAT mapping"),
    ("Ongeldig: Btw-percentage []", "country", "another code"),
    ("amount of VAT line 2 does not equal total of base lines", "fit its amount", "exclusive"),
    ("Ongeldige referentie: Betalingsconditie", "payment condition", "Map it"),
    ("Verplicht: Betalingsconditie", "payment condition", "Map it"),
    ("Verplicht: Dagboek", "journal", "Choose a sales journal"),
    ("Invalid: Journal (type)", "journal", "Choose a sales journal"),
    ("Invalid: Email []", "e-mail", "Correct the e-mail"),
    ("Blocked: Ledger account", "blocked", "Unblock it"),
    ("Klantenrekening 400000 niet gelijk aan die van het verkoopdagboek", "not that of the journal",
     "Choose another journal"),
    ("Klant werd niet gevonden", "doesn't know the account", "create it again"),
    ("Document Type not allowed", "may not make documents", "accountant"),
    ("Wrong Division", "no access", "connect with another user"),
    ("The user is not active", "permission", "Connect to Exact again"),
    ("Old refresh token used", "permission", "Connect to Exact again"),
    ("refresh token expired", "permission", "Connect to Exact again"),
    ("Rate limit exceeded: access_token not expired", "before Exact allows", "Wait"),
    ("Invalid VAT number", "VAT number", "begins with its country"),
    ("Name should not be empty", "empty", "Fill the field"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cause", "mend"), MEANINGS)
def test_a_known_text_is_explained_with_its_cause_and_its_mend(
    text: str, cause: str, mend: str
) -> None:
    told = refusals.explained(text)

    assert cause in told
    assert mend in told
    assert told.endswith(f"Exact says: “{text}”")


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
