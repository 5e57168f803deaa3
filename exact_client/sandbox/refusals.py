"""Exact's findings about a record, in the language of the user who asks."""

from collections.abc import Mapping

from exact_client.sandbox.messages import Reply, error_reply

LANGUAGES = ("nl", "en", "fr", "de")

# The Dutch and English texts were seen on the real system where a source is known; the others,
# and all of French and German, are how Exact's screens word the same things.
_TEXTS: Mapping[str, tuple[str, str, str, str]] = {
    "missing": ("Verplicht: {}", "Mandatory: {}", "Obligatoire: {}", "Pflichtfeld: {}"),
    "invalid": ("Ongeldig: {}", "Invalid: {}", "Incorrect: {}", "Ungültig: {}"),
    "reference": (
        "Ongeldige referentie: {}",
        "Invalid reference: {}",
        "Référence incorrecte: {}",
        "Ungültiger Verweis: {}",
    ),
    "exists": (
        "Gegeven bestaat reeds.",
        "Data already exists",
        "Les données existent déjà.",
        "Angaben existieren bereits.",
    ),
    "in use": ("In gebruik: {}", "In use: {}", "Utilisé: {}", "In Gebrauch: {}"),
    "inactive": ("{}: non-actief", "{}: inactive", "{}: inactif", "{}: inaktiv"),
    "not allowed": (
        "Niet toegestaan: {}",
        "Not allowed: {}",
        "Non autorisé: {}",
        "Nicht erlaubt: {}",
    ),
    "closed": (
        "Periode is afgesloten: {}",
        "Period is closed: {}",
        "La période est clôturée: {}",
        "Periode ist abgeschlossen: {}",
    ),
    "journal": (
        "Ongeldig dagboek. Het dagboek moet een verkoopdagboek zijn.",
        "Invalid journal. The journal must be a sales journal.",
        "Journal incorrect. Le journal doit être un journal de ventes.",
        "Ungültiges Journal. Das Journal muss ein Verkaufsjournal sein.",
    ),
    "receivables": (
        "De debiteurenrekening van deze relatie is niet die van het gebruikte verkoopdagboek.",
        "The debtor account of this relation is not the one of the sales journal used.",
        "Le compte client de cette relation n'est pas celui du journal de ventes utilisé.",
        "Das Debitorenkonto dieses Kontakts ist nicht das des verwendeten Verkaufsjournals.",
    ),
    "document type": (
        "Documentsoort is niet toegestaan",
        "Document Type not allowed",
        "Type de document non autorisé",
        "Dokumenttyp nicht erlaubt",
    ),
    "used": (
        "Kan niet verwijderen: {} - Gebruikt in: {}",
        "Cannot delete: {} - Used in: {}",
        "Suppression impossible: {} - Utilisé dans: {}",
        "Löschen nicht möglich: {} - Verwendet in: {}",
    ),
}
_LABELS: Mapping[str, tuple[str, str, str, str]] = {
    "Name": ("Naam", "Name", "Nom", "Name"),
    "Code": ("Code", "Code", "Code", "Code"),
    "Status": ("Status", "Status", "Statut", "Status"),
    "Country": ("Land", "Country", "Pays", "Land"),
    "VATNumber": ("Btw-nummer", "VAT number", "Numéro de TVA", "USt-IdNr."),
    "Account": ("Relatie", "Account", "Relation", "Konto"),
    "Customer": ("Klant", "Customer", "Client", "Kunde"),
    "Customer (Type)": ("Klant (Type)", "Customer (Type)", "Client (Type)", "Kunde (Typ)"),
    "Journal": ("Dagboek", "Journal", "Journal", "Journal"),
    "SalesEntryLines": ("Boekingsregels", "Entry lines", "Lignes d'écriture", "Buchungszeilen"),
    "EntryID": ("Boeking", "Entry", "Écriture", "Buchung"),
    "EntryNumber": ("Boekstuknummer", "Entry number", "Numéro d'écriture", "Buchungsnummer"),
    "GLAccount": ("Grootboekrekening", "G/L account", "Compte général", "Sachkonto"),
    "GLAccount (Type)": (
        "Grootboekrekeningtype",
        "G/L account type",
        "Type de compte général",
        "Sachkontotyp",
    ),
    "AmountFC": ("Bedrag", "Amount", "Montant", "Betrag"),
    "VATCode": ("Btw-code", "VAT code", "Code TVA", "USt-Schlüssel"),
    "VATPercentage": ("Btw-percentage []", "VAT percentage []", "Taux de TVA []", "USt-Satz []"),
    "PaymentCondition": (
        "Betalingsconditie",
        "Payment condition",
        "Condition de paiement",
        "Zahlungsbedingung",
    ),
    "CostCenter": ("Kostenplaats", "Cost centre", "Centre de coûts", "Kostenstelle"),
    "CostUnit": ("Kostendrager", "Cost unit", "Unité de coûts", "Kostenträger"),
    "Currency": ("Valuta", "Currency", "Devise", "Währung"),
    "FinancialYear": ("Boekjaar", "Financial year", "Exercice", "Geschäftsjahr"),
    "Subject": ("Onderwerp", "Subject", "Objet", "Betreff"),
    "Type": ("Documentsoort", "Document type", "Type de document", "Dokumenttyp"),
    "Document": ("Document", "Document", "Document", "Dokument"),
    "Documents": ("Documenten", "Documents", "Documents", "Dokumente"),
    "Attachment": ("Bijlage", "Attachment", "Pièce jointe", "Anlage"),
    "FileName": ("Bestandsnaam", "File name", "Nom du fichier", "Dateiname"),
    "FileSize": ("Bestandsgrootte", "File size", "Taille du fichier", "Dateigröße"),
    "Payments": ("Ontvangsten", "Receipts", "Encaissements", "Zahlungseingänge"),
    "SalesEntries": (
        "Verkoopboekingen",
        "Sales entries",
        "Écritures de vente",
        "Verkaufsbuchungen",
    ),
}

Finding = tuple[str, tuple[str, ...]]


class Refusal(Exception):  # noqa: N818 - a refusal is an answer here, not a fault of this program
    """Exact understood, and says no: HTTP 500 with every finding on a line of its own."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings)
        self.findings = findings

    def reply(self, language: str) -> Reply:
        """Word the findings for a user who speaks `language`."""
        at = LANGUAGES.index(language) if language in LANGUAGES else 1
        return error_reply(500, "\r\n".join(_worded(finding, at) for finding in self.findings))


class Findings:
    """Collects what is wrong with a record, so that all of it is told at once."""

    def __init__(self, ignored: set[str] | None = None) -> None:
        self._found: list[Finding] = []
        self._ignored = ignored or set()

    def add(self, kind: str, *about: str) -> None:
        """Note a finding; the same one is told once."""
        if (kind, about) not in self._found and kind not in self._ignored:
            self._found.append((kind, about))

    def check(self) -> None:
        """Refuse when anything was found."""
        if self._found:
            raise Refusal(*self._found)


def refusal(kind: str, *about: str) -> Refusal:
    """A refusal with a single finding."""
    return Refusal((kind, about))


def _worded(finding: Finding, at: int) -> str:
    kind, about = finding
    labels = [_LABELS[name][at] if name in _LABELS else name for name in about]
    return _TEXTS[kind][at].format(*labels)
