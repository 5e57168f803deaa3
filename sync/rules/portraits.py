"""A party in its normal forms, and the traits by which an index finds others that share them."""

from collections.abc import Iterator
from dataclasses import dataclass

from sync.rules import names, parties
from sync.rules.parties import Party

# The kinds of trait; each trait is its kind followed by a value in normal form.
WORD, SORTED_NAME, RUN_TOGETHER = "word ", "name ", "letters "
PLACE, CITY_NAME, ADDRESS = "place ", "city ", "address "
EMAIL, DOMAIN, TELEPHONE = "email ", "domain ", "phone "
CHAMBER, VAT_TYPED, VAT_ENTITY = "chamber ", "typed ", "entity "


@dataclass(frozen=True, slots=True)
class Portrait:
    """The normal forms of a party, made once; "" is what is not known."""

    party: Party
    vat: str
    vat_typed: str  # letters and digits of a number that is not valid, and so only hints
    chamber_number: str  # with its country; in Belgium a VAT number holds it too
    number: str
    search_code: str
    legal_form: str
    words: tuple[str, ...]  # of the name
    sorted_words: str  # equal for any order of words
    run_together: str  # equal wherever a blank was mistyped
    place: str  # postcode with its country, or else the city
    city: str
    street: str
    address: str  # place and street
    email: str
    email_domain: str
    phone: str

    @classmethod
    def of(cls, party: Party) -> "Portrait":
        """Return the portrait of a party."""
        words = names.name_tokens(party.name)
        country = parties.country_normal_form(party.country)
        postcode = parties.postcode_normal_form(party.postcode)
        city = names.plain(party.city).strip()
        place = country + postcode if postcode else city
        street = parties.street_normal_form(party.street)
        return cls(
            party=party,
            vat=party.vat,
            vat_typed="" if party.vat else parties.letters_and_digits(party.vat_typed),
            chamber_number=_chamber_number(party, country),
            number=parties.code_normal_form(party.number),
            search_code=parties.search_code_normal_form(party.search_code),
            legal_form=names.legal_form(party.name),
            words=words,
            sorted_words=" ".join(sorted(words)),
            run_together="".join(words),
            place=place,
            city=city,
            street=street,
            address=f"{place} {street}" if place and street else "",
            email=parties.email_normal_form(party.email),
            email_domain=parties.email_domain(party.email),
            phone=parties.phone_normal_form(party.phone),
        )

    def traits(self) -> Iterator[str]:
        """Yield all by which others may be found that are like this one."""
        for word in dict.fromkeys(self.words):
            yield WORD + word
        for kind, value in (
            (SORTED_NAME, self.sorted_words),
            (RUN_TOGETHER, self.run_together),
            (PLACE, self.place),
            (CITY_NAME, self.city),
            (ADDRESS, self.address),
            (EMAIL, self.email),
            (DOMAIN, self.email_domain),
            (TELEPHONE, self.phone),
            (CHAMBER, self.chamber_number),
            (VAT_TYPED, self.vat_typed),
            (VAT_ENTITY, parties.vat_entity(self.vat)),
        ):
            if value:
                yield kind + value


def _chamber_number(party: Party, country: str) -> str:
    digits = parties.chamber_normal_form(party.chamber_number, country)
    if digits:
        return country + digits
    return party.vat if party.vat.startswith("BE") else ""
