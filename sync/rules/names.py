"""Company names: their telling words, their legal form, and words that say little about anyone."""

import re
import unicodedata


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, for lists that are easier to read without quotes."""
    return frozenset(text.split())


# What says little about who somebody is, however few accounts have it.
TRADES = word_set("""
    accountancy accountants advies advocaten agency analytics architects architecten architectes
    associates beheer belgie belgique belgium benelux bouw building business capital care center
    centre centrum coaching co communication communications company conseil construct
    construction consult consultancy consultants consulting corporate creative data design
    deutschland development digital energie energy engineering enterprise enterprises europe
    events finance france global group groep groupe health holding immo immobilien innovation
    interim international invest investments it lab labs legal logistics luxembourg management
    marketing media nederland netherlands network online partner partners pharma pro production
    productions project projects recruitment sales service services shop software solution
    solutions stichting studio studios support systems tech technologies technology trading
    translations transport vastgoed web works
""")
PARTICLES = word_set("""
    a aan au aux d da das de del della den der des di die do dos du el het in l la las le les
    los of op s saint sankt sint st t te ten ter the tot van vande vanden vander vom von zu zum
    zur
""")


# Legal forms that mean one thing in two languages, or before and after a reform of the law.
_FORMS = {
    "ag": "ag", "sa": "nv", "nv": "nv", "bv": "bv", "bvba": "bv", "ebvba": "bv", "srl": "bv",
    "sprl": "bv", "sprlu": "bv", "sarl": "bv", "vof": "vof", "snc": "vof", "commv": "commv",
    "scomm": "commv",
    "scs": "commv", "gcv": "commv", "cv": "cv", "cvba": "cv", "sc": "cv", "scrl": "cv",
    "vzw": "vzw", "asbl": "vzw", "gmbh": "gmbh", "ug": "ug", "sas": "sas",
    "sasu": "sas", "ltd": "ltd", "limited": "ltd", "plc": "plc", "kg": "kg", "ohg": "ohg",
}  # fmt: skip
LEGAL_FORMS = word_set("""
    ag aisbl asbl bv bvba commv cv cva cvba cvoa ebvba ei eirl ek esv eurl ev gbr gcv gie gmbh
    inc ivzw kg kgaa llc llp ltd maatschap mbh nv ohg plc sa sagl sarl sarls sas sasu sc sca
    scomm scop scrl scs selarl snc spa sprl sprlu srl srls ug vof vzw limited incorporated
    eenmanszaak gesellschaft
""")
_PHRASES = {
    "besloten vennootschap met beperkte aansprakelijkheid": "bv",
    "besloten vennootschap": "bv",
    "naamloze vennootschap": "nv",
    "vennootschap onder firma": "vof",
    "commanditaire vennootschap op aandelen": "cva",
    "commanditaire vennootschap": "commv",
    "cooperatieve vennootschap": "cv",
    "vereniging zonder winstoogmerk": "vzw",
    "comm va": "cva",
    "comm v": "commv",
    "association sans but lucratif": "asbl",
    "societe a responsabilite limitee": "sarl",
    "societe anonyme": "sa",
    "societe par actions simplifiee": "sas",
    "societe en commandite simple": "scs",
    "societe en nom collectif": "snc",
    "societe cooperative": "sc",
    "gesellschaft mit beschrankter haftung": "gmbh",
    "gesellschaft mbh": "gmbh",
    "unternehmergesellschaft haftungsbeschrankt": "ug",
    "unternehmergesellschaft": "ug",
    "aktiengesellschaft": "ag",
    "public limited company": "plc",
    "sa rl": "sarl",
}
_PHRASE = re.compile(rf"\b(?:{'|'.join(_PHRASES)})\b")  # a longer phrase stands before its start
_AND = frozenset({"&", "en", "et", "and", "und"})
_NOT_DECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d"})
_WORD = re.compile(r"[^\W_]+|[&+]")
_DOTTED = re.compile(r"\b\w(?:\.\w)+\b\.?")
_INITIALS = re.compile(r"\b\w(?: \w)+\b")
APOSTROPHES = re.compile("['`\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}]")


def plain(text: str) -> str:
    """Return a text in small letters without accents."""
    small = text.casefold()
    if small.isascii():
        return small
    parts = unicodedata.normalize("NFKD", small.translate(_NOT_DECOMPOSED))
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()


def name_tokens(name: str) -> tuple[str, ...]:
    """Return the words of a name that tell companies apart, in their order.

    Legal forms, "and" in four languages and punctuation are left out, unless nothing else
    would remain; letters with dots between them become one word.
    """
    words = _words(name)
    telling = [word for word in words if word not in LEGAL_FORMS and word not in _AND]
    return tuple(telling or [word for word in words if word != "&"])


def legal_form(name: str) -> str:
    """Return the legal form that a name states, one word for all its spellings; "" if none."""
    return next((_FORMS[word] for word in _words(name) if word in _FORMS), "")


def _words(name: str) -> list[str]:
    """Return the words of a name, with a long legal form as its short one."""
    small = _DOTTED.sub(lambda run: run[0].replace(".", ""), APOSTROPHES.sub("", plain(name)))
    words = " ".join(_WORD.findall(small)).replace("+", "&")
    words = _INITIALS.sub(lambda run: run[0].replace(" ", ""), words)
    return _PHRASE.sub(lambda phrase: _PHRASES[phrase[0]], words).split()
