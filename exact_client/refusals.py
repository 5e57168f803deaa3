"""Why Exact says no: its texts in four languages, what each means, and what to do about it.

Exact words a refusal in the language of the user who connected. Dutch and English texts were
collected from the pages and issue lists of integrators (docs/remote-apis.md); French and German
ones follow Exact's screens. A text that matches nothing still is a refusal, in Exact's own words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Refusal:
    """One reason why Exact refuses. `kind` is the word that code may decide on."""

    kind: str
    says: str  # what it means, in plain words
    mend: str  # what to do about it
    pattern: str  # of Exact's text; case does not matter

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    def fits(self, text: str) -> bool:
        """Tell whether Exact's text means this."""
        return self._regex.search(text) is not None


# How Exact begins a finding, before it names the field.
_MISSING = r"(verplicht|mandatory|obligatoire|pflichtfeld)\s*:\s*"
_UNFIT = (
    r"(ongeldige? referentie|invalid reference|référence incorrecte|ungültiger verweis|ongeldig"
    r"|invalid|incorrect|ungültig|niet toegestaan|not allowed|non autorisé|nicht erlaubt"
    r"|blocked|geblokkeerd|bloqué|gesperrt|not found|niet gevonden|introuvable|nicht gefunden"
    r"|unknown|onbekend|inconnu|unbekannt)\s*:\s*"
)
_EITHER = f"({_MISSING}|{_UNFIT})"
_CUSTOMER = r"(klant|customer|client|kunde|factuur voor|invoice to|besteld door|ordered by)"
_IN_USE = (
    r"(in gebruik|in use|utilisé|in gebrauch|bestaat reeds|already exists|existe déjà"
    r"|bereits vorhanden)"
)
_LEDGER = r"(grootboek|g/l|gl ?account|ledger account|(type de )?compte général|sachkonto)"

# From special to general: the first that fits decides.
REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "reconnect",
        "Exact doesn't take our permission any more.",
        "Connect to Exact again, as a user who is active there.",
        r"invalid_grant|unauthorized_client|user is not active|old refresh token"
        r"|refresh ?token (has )?expired|invalid or empty chainid",
    ),
    Refusal(
        "too_early",
        "The permission was renewed before Exact allows it; the one we have stays good.",
        "Wait: it goes on by itself. If it is seen again and again, report it.",
        r"access[_ ]token not expired",
    ),
    Refusal(
        "no_right",
        "The user who connected has no access to this company any more.",
        "Give the user access to it in Exact, or connect with another user.",
        r"wrong division|verkeerde administratie|mauvaise administration|falsche verwaltung",
    ),
    Refusal(
        "no_right",
        "The user who connected may not make documents of this kind.",
        "Let the accountant who holds the licence connect once, or choose another document type.",
        r"document type not allowed|documentsoort is niet toegestaan"
        r"|type de document non autorisé|dokumenttyp nicht erlaubt",
    ),
    Refusal(
        "in_use_elsewhere",
        "Exact can't delete it, because something else in the books uses it.",
        "Remove what uses it first, or leave it and switch it off.",
        r"(kan niet verwijderen|cannot delete|suppression impossible|löschen nicht möglich)",
    ),
    Refusal(
        "in_use_elsewhere",
        "The entry is processed or paid in Exact, so it can't be changed from outside.",
        "Book a reversal, or let the accountant change it in Exact.",
        rf"{_UNFIT}(verkoopboekingen|sales entries|écritures de vente|verkaufsbuchungen)",
    ),
    Refusal(
        "in_use_elsewhere",
        "The invoice is printed in Exact, so it can't be changed any more.",
        "Correct it in Exact with a credit note.",
        rf"{_UNFIT}(verkoopfacturen|sales invoices|factures de vente|verkaufsrechnungen)",
    ),
    Refusal(
        "webhook_callback",
        "Exact can't reach the address at which it shall tell of changes.",
        "Let our address be reached from the internet by https, on the domain that the app in"
        " Exact's App Center has; until then changes are found by asking.",
        r"callback.?url|url de rappel",
    ),
    Refusal(
        "taken",
        "It exists in Exact already.",
        "Compare it with what is in Exact: adopt that one if it is the same, or give another"
        " number.",
        rf"gegeven bestaat reeds|data already exists|données existent déjà"
        rf"|angaben existieren bereits|boekstuknummer in gebruik|bestaat al bij exact"
        rf"|{_IN_USE}\s*[:\u2013-]|:\s*{_IN_USE}",
    ),
    Refusal(
        "closed_period",
        "The period of this date is closed in Exact.",
        "Reopen the period in Exact, book it in the next open one, or hold it.",
        r"(periode\b.{0,12} is afgesloten|period\b.{0,12} is closed|closed period"
        r"|période est clôturée|periode ist abgeschlossen)",
    ),
    Refusal(
        "unknown_year",
        "Exact has no financial year for this date.",
        "Create the financial year and its periods in Exact, then try again.",
        rf"{_EITHER}(boekjaar|financial year|exercice|geschäftsjahr)",
    ),
    Refusal(
        "not_a_customer",
        "The account is not a customer in Exact.",
        "Make it a customer in Exact (status Customer), or link another account.",
        rf"{_UNFIT}{_CUSTOMER}\s*\((type|typ)\)",
    ),
    Refusal(
        "inactive",
        "The account is inactive in Exact.",
        "Clear its end date in Exact, or link another account.",
        r":\s*(non-actief|inactive|inactif|inaktiv)|(klant|customer) is (geblokkeerd|blocked)",
    ),
    Refusal(
        "wrong_receivables_account",
        "The account's receivables account in Exact is not that of the journal.",
        "Choose another journal, or change the receivables account of the account in Exact.",
        r"debiteurenrekening van deze relatie|klantenrekening.*verkoopdagboek|debtor account of"
        r" this relation|customer's account.*sales journal|compte client .*journal de ventes"
        r"|debitorenkonto .*verkaufsjournal",
    ),
    Refusal(
        "bad_vat_code",
        "The VAT code of a line doesn't fit the customer's country, or its rate.",
        "Choose another code for this country and rate in the VAT matrix.",
        rf"{_EITHER}(btw-?percentage|vat percentage|taux de tva|ust-satz)",
    ),
    Refusal(
        "bad_vat_code",
        "The VAT of a line doesn't fit its amount.",
        "Use a VAT code of the exclusive type for net amounts, or correct the VAT of the document.",
        r"amount of vat line .*does not equal|bedrag van btw-regel .*niet gelijk"
        r"|montant de la ligne de tva .*pas égal|betrag der ust-zeile .*entspricht nicht",
    ),
    Refusal(
        "bad_vat_code",
        "Exact doesn't accept the VAT code of a line.",
        "Check the VAT mapping: the code must exist, be for sales, and fit the country.",
        rf"{_EITHER}(btw-?code|vat code|code tva|ust-schlüssel)",
    ),
    Refusal(
        "bad_vat_number",
        "Exact doesn't accept the VAT number.",
        "Correct the VAT number of the customer: it begins with its country, such as BE0403019261.",
        rf"{_EITHER}(btw-?nummer|vat number|numéro de tva|ust-idnr)|ongeldig btw-?nummer"
        r"|invalid vat number|numéro de tva incorrect|ungültige ust-idnr",
    ),
    Refusal(
        "bad_journal",
        "Exact doesn't accept the journal.",
        "Choose a sales journal that exists and is not blocked.",
        rf"{_EITHER}(dagboek|journals?\b)|ongeldig dagboek|invalid journal|journal incorrect"
        r"|ungültiges journal",
    ),
    Refusal(
        "bad_gl",
        "The G/L account of a line is blocked in Exact.",
        "Unblock it in Exact, or map the line to another one.",
        rf"(blocked|geblokkeerd|bloqué|gesperrt|niet toegestaan|not allowed|non autorisé"
        rf"|nicht erlaubt)\s*:\s*{_LEDGER}",
    ),
    Refusal(
        "bad_gl",
        "Exact doesn't accept the G/L account of a line.",
        "Map the line to a revenue account that exists and is not blocked.",
        rf"{_EITHER}{_LEDGER}|grootboek .*niet gevonden|not found: account .*g/l"
        r"|compte général .*introuvable|sachkonto .*nicht gefunden",
    ),
    Refusal(
        "bad_payment_condition",
        "Exact doesn't accept the payment condition.",
        "Map it to a payment condition that exists in Exact.",
        rf"{_EITHER}(betalingsconditie|payment condition|condition de paiement"
        r"|zahlungsbedingung)",
    ),
    Refusal(
        "bad_cost_centre",
        "Exact doesn't accept the cost centre.",
        "Map it to a cost centre that exists and is active in Exact.",
        rf"{_EITHER}(kostenplaats|cost cent(re|er)|centre de coûts|kostenstelle|kostendrager"
        r"|cost unit|unité de coûts|kostenträger)",
    ),
    Refusal(
        "unknown_customer",
        "Exact doesn't know the account, or none was given.",
        "Link the customer to an account that exists, or create it again.",
        rf"{_EITHER}({_CUSTOMER}|relatie|account\b|relation|konto\b)"
        r"|klant werd niet gevonden|customer (was )?not found|client n'a pas été trouvé"
        r"|kunde wurde nicht gefunden",
    ),
    Refusal(
        "bad_email",
        "Exact doesn't accept the e-mail address.",
        "Correct the e-mail address.",
        rf"{_EITHER}e-?mail",
    ),
    Refusal(
        "unbalanced",
        "The amounts of the entry don't add up for Exact.",
        "Check the VAT codes and the amounts of the lines.",
        r"entry is not balanced|niet in evenwicht",
    ),
    Refusal(
        "bad_value",
        "Exact doesn't take this file.",
        "Attach it as PDF or XML, and no larger than Exact allows.",
        rf"{_UNFIT}(bestandsnaam|bestandsgrootte|file (name|size)|nom du fichier"
        r"|taille du fichier|dateiname|dateigröße)",
    ),
    Refusal(
        "missing_field",
        "Exact wants a field that is empty.",
        "Fill the field that Exact names.",
        rf"{_MISSING}|should not be empty|mag niet leeg zijn|ne peut pas être vide"
        r"|darf nicht leer sein|please add a \$select|mandatory filtering",
    ),
    Refusal(
        "bad_value",
        "Exact doesn't accept a value.",
        "Correct the field that Exact names.",
        rf"{_UNFIT}|error encountered in converting the value|not supported",
    ),
)

# Texts of Exact's own failures: whether the work was done, they don't tell.
_INTERNAL = re.compile(
    r"object reference not set|a problem has occurred|er is een probleem opgetreden"
    r"|un problème est survenu|ein problem ist aufgetreten|transaction .*deadlock"
    r"|an error has occurred|timeout expired",
    re.IGNORECASE,
)


def is_internal(text: str) -> bool:
    """Tell whether the text speaks of a failure inside Exact rather than of our data."""
    return not text.strip() or _INTERNAL.search(text) is not None


def find(text: str) -> Refusal | None:
    """Return what Exact's text means, or None when it is not in the catalogue.

    Of several findings, each on its own line, the most special one decides.
    """
    return next((refusal for refusal in REFUSALS if refusal.fits(text)), None)


def explained(text: str) -> str:
    """Return a message for a person: our words when we have some, then always Exact's own."""
    quoted = " ".join(text.split())
    known = [found for line in text.splitlines() if (found := find(line))]
    if not known:
        return f"Exact refused it and says: “{quoted}”"
    ours = " ".join(f"{one.says} {one.mend}" for one in dict.fromkeys(known))
    return f"{ours} Exact says: “{quoted}”"
