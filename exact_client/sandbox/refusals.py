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
    "vat total": (
        "Het bedrag van btw-regel {} is niet gelijk aan het totaal van de basisregels",
        "The amount of VAT line {} does not equal total of base lines",
        "Le montant de la ligne de TVA {} n'est pas égal au total des lignes de base",
        "Der Betrag der USt-Zeile {} entspricht nicht der Summe der Basiszeilen",
    ),
    "wrong division": (
        "Verkeerde administratie",
        "Wrong Division",
        "Mauvaise administration",
        "Falsche Verwaltung",
    ),
    "callback": (
        "Ongeldig: Post naar het eindpunt van de callback-URL geeft {}",
        "Invalid: Post to callback URL endpoint returns {}",
        "Incorrect: L'envoi à l'URL de rappel donne {}",
        "Ungültig: Post an die Callback-URL ergibt {}",
    ),
    "used": (
        "Kan niet verwijderen: {} - Gebruikt in: {}",
        "Cannot delete: {} - Used in: {}",
        "Suppression impossible: {} - Utilisé dans: {}",
        "Löschen nicht möglich: {} - Verwendet in: {}",
    ),
}
_LABELS: Mapping[str, tuple[str, str, str, str]] = {
    "Email": ("E-mail []", "Email []", "E-mail []", "E-Mail []"),
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
    "LastName": ("Achternaam", "Last name", "Nom de famille", "Nachname"),
    "Description": ("Omschrijving", "Description", "Description", "Beschreibung"),
    "Item": ("Artikel", "Item", "Article", "Artikel"),
    "ItemGroup": ("Artikelgroep", "Item group", "Groupe d'articles", "Artikelgruppe"),
    "Unit": ("Eenheid", "Unit", "Unité", "Einheit"),
    "Price": ("Prijs", "Price", "Prix", "Preis"),
    "Contact": ("Contactpersoon", "Contact", "Contact", "Kontaktperson"),
    "SalesInvoices": (
        "Verkoopfacturen",
        "Sales invoices",
        "Factures de vente",
        "Verkaufsrechnungen",
    ),
    "SalesOrders": ("Verkooporders", "Sales orders", "Commandes client", "Verkaufsaufträge"),
    "SalesOrderLines": ("Orderregels", "Order lines", "Lignes de commande", "Auftragszeilen"),
    "OrderID": ("Order", "Order", "Commande", "Auftrag"),
    "OrderedBy": ("Besteld door", "Ordered by", "Commandé par", "Bestellt von"),
    "InvoiceTo": ("Factuur voor", "Invoice to", "Facturer à", "Rechnung an"),
    "InvoiceTo (Type)": (
        "Factuur voor (Type)",
        "Invoice to (Type)",
        "Facturer à (Type)",
        "Rechnung an (Typ)",
    ),
    "DeliverTo": ("Leveren aan", "Deliver to", "Livrer à", "Liefern an"),
    "InvoiceID": ("Factuur", "Invoice", "Facture", "Rechnung"),
    "SalesInvoice (Type)": ("Factuurtype", "Invoice type", "Type de facture", "Rechnungstyp"),
    "SalesInvoiceLines": (
        "Factuurregels",
        "Invoice lines",
        "Lignes de facture",
        "Rechnungszeilen",
    ),
    "DocumentLayout": ("Lay-out", "Layout", "Mise en page", "Layout"),
    "EmailLayout": ("E-maillay-out", "E-mail layout", "Mise en page e-mail", "E-Mail-Layout"),
    "Topic": ("Onderwerp", "Topic", "Sujet", "Thema"),
    "CallbackURL": ("Callback-URL", "Callback URL", "URL de rappel", "Callback-URL"),
    "Payments": ("Ontvangsten", "Receipts", "Encaissements", "Zahlungseingänge"),
    "SalesEntries": (
        "Verkoopboekingen",
        "Sales entries",
        "Écritures de vente",
        "Verkaufsbuchungen",
    ),
}

# Where sources tell two texts for one finding: the other one, by kind and what it is about.
_OTHERS: Mapping[tuple[str, str], tuple[str, str, str, str]] = {
    ("missing", "FinancialYear"): (
        "Onbekend: Boekjaar",
        "Unknown: Financial year (Period-date table)",
        "Inconnu: Exercice",
        "Unbekannt: Geschäftsjahr",
    ),
    ("in use", "EntryNumber"): (
        "Bestaat reeds - Boekstuknummer {1}, Dagboek {2}",
        "Already exists - Entry number {1}, Journal {2}",
        "Existe déjà - Numéro d'écriture {1}, Journal {2}",
        "Bereits vorhanden - Buchungsnummer {1}, Journal {2}",
    ),
    ("missing", "Customer"): (
        "Verplicht: Relatie",
        "Mandatory: Account",
        "Obligatoire: Relation",
        "Pflichtfeld: Konto",
    ),
    ("reference", "Customer"): (
        "Klant werd niet gevonden",
        "Customer was not found",
        "Le client n'a pas été trouvé",
        "Kunde wurde nicht gefunden",
    ),
    ("reference", "GLAccount"): (
        "Grootboek {1} niet gevonden",
        "Not found: Account {1} G/L",
        "Compte général {1} introuvable",
        "Sachkonto {1} nicht gefunden",
    ),
    ("not allowed", "GLAccount"): (
        "Geblokkeerd: Grootboekrekening",
        "Blocked: Ledger account",
        "Bloqué: Compte général",
        "Gesperrt: Sachkonto",
    ),
    ("journal", ""): (
        "Ongeldig: Dagboek (Type)",
        "Invalid: Journal (type)",
        "Incorrect: Journal (Type)",
        "Ungültig: Journal (Typ)",
    ),
    ("receivables", ""): (
        "Klantenrekening is niet gelijk aan de rekening van het verkoopdagboek",
        "The customer's account is not equal to the account of the sales journal",
        "Le compte client n'est pas égal au compte du journal de ventes",
        "Das Debitorenkonto ist nicht gleich dem Konto des Verkaufsjournals",
    ),
    ("reference", "PaymentCondition"): (
        "Verplicht: Betalingsconditie",
        "Mandatory: Payment condition",
        "Obligatoire: Condition de paiement",
        "Pflichtfeld: Zahlungsbedingung",
    ),
    ("invalid", "VATNumber"): (
        "Ongeldig btw-nummer",
        "Invalid VAT number",
        "Numéro de TVA incorrect",
        "Ungültige USt-IdNr.",
    ),
    ("missing", "Name"): (
        "Naam mag niet leeg zijn",
        "Name should not be empty",
        "Le nom ne peut pas être vide",
        "Name darf nicht leer sein",
    ),
}

Finding = tuple[str, tuple[str, ...]]


class Refusal(Exception):  # noqa: N818 - a refusal is an answer here, not a fault of this program
    """Exact understood, and says no: HTTP 500 with every finding on a line of its own."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings)
        self.findings = findings

    def reply(self, language: str, *, other: bool = False) -> Reply:
        """Word the findings for a user who speaks `language`; `other`: in the second wording."""
        at = LANGUAGES.index(language) if language in LANGUAGES else 1
        texts = dict.fromkeys(_worded(finding, at, other=other) for finding in self.findings)
        return error_reply(500, "\r\n".join(texts))


class Findings:
    """Collects what is wrong with a record, so that all of it is told at once."""

    def __init__(self, ignored: frozenset[str] = frozenset()) -> None:
        self._found: list[Finding] = []
        self._ignored = ignored

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


def _worded(finding: Finding, at: int, *, other: bool) -> str:
    kind, about = finding
    texts = _OTHERS.get((kind, about[0] if about else "")) if other else None
    labels = [_LABELS[name][at] if name in _LABELS else name for name in about]
    return (texts or _TEXTS[kind])[at].format(*labels)
