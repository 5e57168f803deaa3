"""Countries by their two letters, or by name in English, Dutch, French and German."""

from __future__ import annotations

from accounts_link.imports.headings import plain
from accounts_link.imports.shapes import Cell, CellError

# ISO 3166-1, with XK, which banks and Exact use for Kosovo.
ISO_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
    VN VU WF WS YE YT ZA ZM ZW XK
"""
CODES = frozenset(ISO_CODES.split())
OTHER_CODES = {"UK": "GB", "EL": "GR"}
NAMES = {
    "AT": "Austria, Oostenrijk, Autriche, Österreich",
    "BE": "Belgium, België, Belgique, Belgien",
    "BG": "Bulgaria, Bulgarije, Bulgarie, Bulgarien",
    "CH": "Switzerland, Zwitserland, Suisse, Schweiz",
    "CY": "Cyprus, Chypre, Zypern",
    "CZ": "Czechia, Czech Republic, Tsjechië, Tchéquie, République tchèque, Tschechien",
    "DE": "Germany, Duitsland, Allemagne, Deutschland",
    "DK": "Denmark, Denemarken, Danemark, Dänemark",
    "EE": "Estonia, Estland, Estonie",
    "ES": "Spain, Spanje, Espagne, Spanien",
    "FI": "Finland, Finlande, Finnland",
    "FR": "France, Frankrijk, Frankreich",
    "GB": (
        "United Kingdom, Great Britain, Verenigd Koninkrijk, Groot-Brittannië, Royaume-Uni,"
        " Grande-Bretagne, Vereinigtes Königreich, Großbritannien"
    ),
    "GR": "Greece, Griekenland, Grèce, Griechenland",
    "HR": "Croatia, Kroatië, Croatie, Kroatien",
    "HU": "Hungary, Hongarije, Hongrie, Ungarn",
    "IE": "Ireland, Ierland, Irlande, Irland",
    "IS": "Iceland, IJsland, Islande, Island",
    "IT": "Italy, Italië, Italie, Italien",
    "LI": "Liechtenstein",
    "LT": "Lithuania, Litouwen, Lituanie, Litauen",
    "LU": "Luxembourg, Luxemburg",
    "LV": "Latvia, Letland, Lettonie, Lettland",
    "MC": "Monaco",
    "MT": "Malta, Malte",
    "NL": "Netherlands, The Netherlands, Nederland, Holland, Pays-Bas, Niederlande",
    "NO": "Norway, Noorwegen, Norvège, Norwegen",
    "PL": "Poland, Polen, Pologne",
    "PT": "Portugal",
    "RO": "Romania, Roemenië, Roumanie, Rumänien",
    "SE": "Sweden, Zweden, Suède, Schweden",
    "SI": "Slovenia, Slovenië, Slovénie, Slowenien",
    "SK": "Slovakia, Slowakije, Slovaquie, Slowakei",
    "US": "United States, USA, Verenigde Staten, États-Unis, Vereinigte Staaten",
}
CODE_BY_NAME = {plain(name): code for code, names in NAMES.items() for name in names.split(",")}


def country(cell: Cell) -> str:
    """Return the two letters of ISO 3166-1. Raises CellError for a country we do not know."""
    written = str(cell).strip()
    code = OTHER_CODES.get(written.upper(), written.upper())
    if code in CODES:
        return code
    found = CODE_BY_NAME.get(plain(written))
    if found is None:
        raise CellError(f"“{written}” is not a country we know; use its two letters, such as BE.")
    return found
