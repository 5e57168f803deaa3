"""The columns of an invoice file, and the words that its cells may hold."""

from __future__ import annotations

from accounts_link.imports.headings import Column

COLUMNS = (
    Column(
        "number",
        "invoice_number",
        ("invoice", "number", "factuurnummer", "numéro de facture", "Rechnungsnummer"),
        mandatory=True,
    ),
    Column("kind", "type", ("document type", "soort", "Belegart"), mandatory=True),
    Column(
        "invoice_date",
        "invoice_date",
        ("date", "factuurdatum", "date de facture", "Rechnungsdatum"),
        mandatory=True,
    ),
    Column("due_date", "due_date", ("vervaldatum", "échéance", "date d'échéance", "Fälligkeit")),
    Column("currency", "currency", ("munt", "valuta", "devise", "Währung"), mandatory=True),
    Column(
        "customer_ref",
        "customer_ref",
        ("customer number", "customer", "klantnummer", "numéro client", "Kundennummer"),
        mandatory=True,
    ),
    Column(
        "customer_vat",
        "customer_vat",
        (
            "customer VAT number",
            "VAT number customer",
            "btw-nummer klant",
            "numéro de TVA client",
            "USt-IdNr Kunde",
        ),
    ),
    Column(
        "customer_name", "customer_name", ("klantnaam", "naam klant", "nom du client", "Kundenname")
    ),
    Column("location", "location", ("centre", "locatie", "vestiging", "site", "Standort")),
    Column(
        "billing_entity",
        "billing_entity",
        (
            "entity",
            "facturerende entiteit",
            "facturatie-entiteit",
            "entité de facturation",
            "Rechnungssteller",
        ),
    ),
    Column(
        "payment_terms",
        "payment_terms",
        (
            "terms of payment",
            "betalingsvoorwaarden",
            "betalingsvoorwaarde",
            "conditions de paiement",
            "Zahlungsbedingungen",
        ),
    ),
    Column(
        "structured_reference",
        "structured_reference",
        (
            "structured communication",
            "OGM",
            "VCS",
            "gestructureerde mededeling",
            "communication structurée",
            "Zahlungsreferenz",
        ),
    ),
    Column(
        "your_reference", "reference_your", ("your reference", "uw referentie", "votre référence")
    ),
    Column("credited_invoice", "credited_invoice", ("gecrediteerde factuur", "facture créditée")),
    Column("total_excl", "total_excl", ("total excl. VAT", "totaal excl. btw", "total HTVA")),
    Column("total_vat", "total_vat", ("VAT amount", "btw bedrag", "montant TVA")),
    Column("total_incl", "total_incl", ("total incl. VAT", "totaal incl. btw", "total TVAC")),
    Column(
        "position", "line_no", ("line", "line number", "regel", "ligne", "Zeile"), mandatory=True
    ),
    Column("description", "line_description", ("description", "omschrijving", "Beschreibung")),
    Column("resource_type", "resource_type", ("resource", "soort product"), mandatory=True),
    Column("resource_code", "resource_code", ("product code", "code", "productcode")),
    Column("quantity", "quantity", ("aantal", "quantité", "Menge"), mandatory=True),
    Column(
        "unit_price",
        "unit_price",
        ("unit price €", "price", "prijs", "prix unitaire", "Einzelpreis"),
        mandatory=True,
    ),
    Column("discount_percent", "discount", ("discount %", "korting", "remise", "Rabatt")),
    Column("vat_rate", "vat_rate", ("VAT %", "btw", "btw %", "taux TVA", "MwSt"), mandatory=True),
    Column(
        "vat_category",
        "vat_category",
        ("VAT code UBL", "btw-categorie", "catégorie de TVA", "Steuerkategorie"),
    ),
    Column(
        "supply",
        "supply",
        ("kind of supply", "soort levering", "type de prestation", "Leistungsart"),
    ),
    Column("period_from", "period_from", ("from", "periode van", "période du")),
    Column("period_to", "period_to", ("to", "until", "periode tot", "période au")),
    Column("pdf_file", "pdf_file", ("pdf", "pdf-bestand", "fichier PDF", "PDF-Datei")),
)
AMOUNTS = (
    "quantity",
    "unit_price",
    "discount_percent",
    "vat_rate",
    "total_excl",
    "total_vat",
    "total_incl",
)
DISCOUNT_WORDS = ("discount", "korting", "remise", "rabatt")
DAYS = ("invoice_date", "due_date", "period_from", "period_to")

KINDS = {"invoice": "invoice", "creditnote": "credit_note"}
RESOURCE_TYPES = {
    "product": "product",
    "meetingroom": "meeting_room",
    "unit": "unit",
    "desk": "desk",
    "discount": "discount",
}
VAT_CATEGORIES = {code.lower(): code for code in ("S", "Z", "E", "AE", "K", "G", "O")}
SUPPLY_NAMES = {
    "goods": ("goods", "goederen", "biens", "waren"),
    "services": ("services", "service", "diensten", "dienst", "dienstleistungen"),
    "real_estate": ("realestate", "letting", "rent", "verhuur", "huur", "location", "vermietung"),
}
SUPPLIES = {name: kind for kind, names in SUPPLY_NAMES.items() for name in names}
