"""Countries by code and by name: Exact writes BE, Zoho writes Belgium, people write België."""

from sync.rules.names import plain

# ISO 3166: the code, the name as Zoho has it, then what else people call it, without accents.
_COUNTRIES = """
AD Andorra
AE United Arab Emirates|verenigde arabische emiraten|emirats arabes unis|uae
AF Afghanistan
AG Antigua and Barbuda
AI Anguilla
AL Albania|albanie|albanien
AM Armenia|armenie|armenien
AO Angola
AR Argentina|argentinie|argentine|argentinien
AT Austria|oostenrijk|autriche|osterreich
AU Australia|australie|australien
AW Aruba
AX Aland Islands
AZ Azerbaijan|azerbeidzjan|azerbaidjan|aserbaidschan
BA Bosnia and Herzegovina|bosnie en herzegovina|bosnie-herzegovine|bosnien und herzegowina
BB Barbados
BD Bangladesh
BE Belgium|belgie|belgique|belgien
BF Burkina Faso
BG Bulgaria|bulgarije|bulgarie|bulgarien
BH Bahrain
BI Burundi
BJ Benin
BM Bermuda
BN Brunei
BO Bolivia
BQ Bonaire, Sint Eustatius and Saba|caribisch nederland
BR Brazil|brazilie|bresil|brasilien
BS Bahamas
BT Bhutan
BW Botswana
BY Belarus|wit-rusland|bielorussie|weissrussland
BZ Belize
CA Canada|kanada
CD Congo, Democratic Republic|democratische republiek congo|republique democratique du congo
CF Central African Republic
CG Congo
CH Switzerland|zwitserland|suisse|schweiz|svizzera
CI Ivory Coast|cote d'ivoire|ivoorkust
CL Chile|chili
CM Cameroon|kameroen|cameroun|kamerun
CN China|chine
CO Colombia
CR Costa Rica
CU Cuba
CV Cape Verde
CW Curacao
CY Cyprus|chypre|zypern
CZ Czech Republic|czechia|tsjechie|republique tcheque|tchequie|tschechien
DE Germany|duitsland|allemagne|deutschland
DJ Djibouti
DK Denmark|denemarken|danemark
DM Dominica
DO Dominican Republic
DZ Algeria|algerije|algerie|algerien
EC Ecuador
EE Estonia|estland|estonie
EG Egypt|egypte|agypten
ER Eritrea
ES Spain|spanje|espagne|spanien|espana
ET Ethiopia
FI Finland|finlande|finnland|suomi
FJ Fiji
FO Faroe Islands
FR France|frankrijk|frankreich
GA Gabon
GB United Kingdom|verenigd koninkrijk|royaume-uni|vereinigtes konigreich|uk|great britain|england
GD Grenada
GE Georgia|georgie|georgien
GF French Guiana
GG Guernsey
GH Ghana
GI Gibraltar
GL Greenland
GM Gambia
GN Guinea
GP Guadeloupe
GQ Equatorial Guinea
GR Greece|griekenland|grece|griechenland
GT Guatemala
GW Guinea-Bissau
GY Guyana
HK Hong Kong
HN Honduras
HR Croatia|kroatie|croatie|kroatien
HT Haiti
HU Hungary|hongarije|hongrie|ungarn
ID Indonesia
IE Ireland|ierland|irlande|irland
IL Israel
IM Isle of Man
IN India|inde|indien
IQ Iraq
IR Iran
IS Iceland|ijsland|islande|island
IT Italy|italie|italien|italia
JE Jersey
JM Jamaica
JO Jordan
JP Japan|japon
KE Kenya
KG Kyrgyzstan
KH Cambodia
KM Comoros
KN Saint Kitts and Nevis
KR South Korea|zuid-korea|coree du sud|sudkorea
KW Kuwait
KY Cayman Islands
KZ Kazakhstan
LA Laos
LB Lebanon|libanon|liban
LC Saint Lucia
LI Liechtenstein
LK Sri Lanka
LR Liberia
LS Lesotho
LT Lithuania|litouwen|lituanie|litauen
LU Luxembourg|luxemburg|letzebuerg
LV Latvia|letland|lettonie|lettland
LY Libya
MA Morocco|marokko|maroc
MC Monaco
MD Moldova
ME Montenegro
MG Madagascar
MK North Macedonia|noord-macedonie|macedoine du nord|nordmazedonien
ML Mali
MM Myanmar
MN Mongolia
MO Macao
MQ Martinique
MR Mauritania
MT Malta|malte
MU Mauritius
MV Maldives
MW Malawi
MX Mexico|mexique|mexiko
MY Malaysia
MZ Mozambique
NA Namibia
NC New Caledonia
NE Niger
NG Nigeria
NI Nicaragua
NL Netherlands|the netherlands|nederland|pays-bas|niederlande|holland
NO Norway|noorwegen|norvege|norwegen|norge
NP Nepal
NZ New Zealand|nieuw-zeeland|nouvelle-zelande|neuseeland
OM Oman
PA Panama
PE Peru
PF French Polynesia
PG Papua New Guinea
PH Philippines
PK Pakistan
PL Poland|polen|pologne|polska
PR Puerto Rico
PS Palestine
PT Portugal
PY Paraguay
QA Qatar
RE Reunion
RO Romania|roemenie|roumanie|rumanien
RS Serbia|servie|serbie|serbien
RU Russia|rusland|russie|russland|russian federation
RW Rwanda
SA Saudi Arabia|saoedi-arabie|arabie saoudite|saudi-arabien
SC Seychelles
SD Sudan
SE Sweden|zweden|suede|schweden|sverige
SG Singapore|singapour|singapur
SI Slovenia|slovenie|slowenien
SK Slovakia|slowakije|slovaquie|slowakei
SM San Marino
SN Senegal
SO Somalia
SR Suriname
SV El Salvador
SX Sint Maarten
SY Syria
SZ Eswatini
TG Togo
TH Thailand
TN Tunisia|tunesie|tunisie|tunesien
TR Turkey|turkije|turquie|turkei|turkiye
TT Trinidad and Tobago
TW Taiwan
TZ Tanzania
UA Ukraine|oekraine
UG Uganda
US United States|united states of america|verenigde staten|etats-unis|vereinigte staaten|usa
UY Uruguay
UZ Uzbekistan
VA Vatican City
VE Venezuela
VN Vietnam
YE Yemen
YT Mayotte
ZA South Africa|zuid-afrika|afrique du sud|sudafrika
ZM Zambia
ZW Zimbabwe
"""
_OTHER_CODES = {"EL": "GR", "UK": "GB"}


def _tables() -> tuple[dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    for row in _COUNTRIES.strip().splitlines():
        code, _, known_as = row.partition(" ")
        names[code] = known_as.split("|")[0]
        codes |= {_form(name): code for name in known_as.split("|")}
    return names, codes


def _form(name: str) -> str:
    return " ".join(plain(name).replace("-", " ").split())


_NAMES, _CODES = _tables()


def country_code(text: str) -> str:
    """Return the two letters of a country given by code or by name; "" when it is not known."""
    code = text.strip().upper()
    code = _OTHER_CODES.get(code, code)
    return code if code in _NAMES else _CODES.get(_form(text), "")


def country_name(code: str) -> str:
    """Return the name that Zoho has for a country; "" when it is not known."""
    return _NAMES.get(country_code(code), "")
