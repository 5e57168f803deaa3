"""Values in their canonical form: what two systems write differently and mean alike is equal."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum

from sync.rules.parties import code_normal_form, letters_and_digits
from sync.rules.zoho.country_names import country_code

type_error = "%r is no %s"


class UnreadableError(ValueError):
    """A value that does not have the form of its type; the message is fit to show to a user."""


class FieldType(StrEnum):
    """What a field holds; decides when two values are equal."""

    TEXT = "text"
    CHOICE = "choice"  # one of a list, by its words
    CODE = "code"  # text that Exact pads with blanks
    EMAIL = "email"
    PHONE = "phone"
    WEBSITE = "website"
    COUNTRY = "country"
    VAT = "vat"  # a VAT number, however it is punctuated
    AMOUNT = "amount"  # money, two places
    NUMBER = "number"  # up to four places
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    LOOKUP = "lookup"  # another record, as the key of its pair
