"""References: the structured ones that banks match by, and our own that makes a push findable."""

import hashlib
import hmac
import re
from itertools import cycle

YOUR_REF_LENGTH = 30  # Exact's YourRef, as integrators use it; it cuts what is longer
MARK = "ZF"
MARK_LENGTH = 15  # the two letters, 12 characters and the check character

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: nobody misreads it
BASE = len(CROCKFORD)

OGM_MODULUS = 97
PRINTED_OGM = re.compile(r"[+*]{3}(\d{3})/(\d{4})/(\d{5})[+*]{3}", re.ASCII)
BARE_OGM = re.compile(r"(\d{10})(\d{2})", re.ASCII)
BARE_DUTCH = re.compile(r"\d{16}", re.ASCII)
DUTCH_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
RF = re.compile(r"RF\d{2}[0-9A-Z]{1,21}", re.ASCII)
PLAIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./_-]*", re.ASCII)  # nothing a filter must escape


class ReferenceTooLongError(ValueError):
    """The reference would be cut in Exact, and a cut one is never found again."""


def payment_reference(text: str) -> str:
    """Return the bare digits of a valid OGM/VCS or Dutch reference, a valid RF, or nothing.

    Never makes one up: what the customer was asked to quote is carried over or left out.
    """
    bare = re.sub(r"\s", "", text).upper()
    printed = PRINTED_OGM.fullmatch(bare)
    digits = "".join(printed.groups()) if printed else bare
    checks = (is_valid_ogm, is_valid_rf, is_valid_dutch)
    return digits if any(is_valid(digits) for is_valid in checks) else ""


def is_valid_ogm(digits: str) -> bool:
    """Check 12 bare digits: the last two are the first ten modulo 97, with 97 for 0."""
    found = BARE_OGM.fullmatch(digits)
    if not found:
        return False
    base, check = found.groups()
    return int(check) == (int(base) % OGM_MODULUS or OGM_MODULUS)


def format_ogm(digits: str) -> str:
    """Write 12 valid digits as on a transfer form: +++090/9337/55493+++."""
    if not is_valid_ogm(digits):
        raise ValueError(f"{digits!r} is not a valid structured communication")
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def is_valid_rf(reference: str) -> bool:
    """Check an ISO 11649 creditor reference in its electronic form: RF18539007547034."""
    if not RF.fullmatch(reference):
        return False
    rearranged = reference[4:] + reference[:4]
    return int("".join(str(int(character, 36)) for character in rearranged)) % OGM_MODULUS == 1


def is_valid_dutch(digits: str) -> bool:
    """Check a Dutch payment reference of 16 bare digits: the first checks the other 15.

    From the right these weigh 2, 4, 8, 5, 10, 9, 7, 3, 6, 1 and so on again; the check is what
    their sum lacks to a multiple of 11, with 0 for 11 and 1 for 10.
    Source: Betaalvereniging Nederland, specificaties betalingskenmerk.
    """
    if not BARE_DUTCH.fullmatch(digits) or not digits.strip("0"):
        return False
    weighed = zip(reversed(digits[1:]), cycle(DUTCH_WEIGHTS))  # the weights never end
    rest = 11 - sum(int(digit) * weight for digit, weight in weighed) % 11
    return int(digits[0]) == {10: 1, 11: 0}.get(rest, rest)


def our_reference(key: bytes, connection: str, identity: str, number: str) -> str:
    """Return the reference by which Exact's books are searched for this very push.

    ZF, 12 characters of HMAC-SHA256 and a check character; the user's own `number` goes in front,
    with a space if there is room, and stays away when it doesn't fit or a filter would choke on
    it. The ZF part is never cut. Equal input gives an equal reference.
    """
    message = f"{connection}|{identity}".encode()
    digest = int.from_bytes(hmac.digest(key, message, hashlib.sha256)[:8], "big")
    body = "".join(CROCKFORD[digest >> shift & BASE - 1] for shift in range(59, -1, -5))
    mark = f"{MARK}{body}{_check_character(body)}"
    number = number.strip()
    if PLAIN.fullmatch(number):
        for reference in (f"{number} {mark}", f"{number}{mark}"):
            if len(reference) <= YOUR_REF_LENGTH:
                return reference
    return mark


def is_ours(reference: str) -> bool:
    """Say whether a reference ends in an unharmed mark of ours."""
    mark = reference[-MARK_LENGTH:]
    body, check = mark[len(MARK) : -1], mark[-1:]
    if len(mark) != MARK_LENGTH or not mark.startswith(MARK) or set(mark[2:]) - set(CROCKFORD):
        return False
    return check == _check_character(body)


def number_in(reference: str) -> str:
    """Return the user's own number in front of our mark; "" where there is none."""
    return reference[:-MARK_LENGTH].strip() if is_ours(reference) else ""


def require_fitting(reference: str) -> str:
    """Return the reference unchanged, or raise ReferenceTooLongError: it is never cut."""
    if len(reference) > YOUR_REF_LENGTH:
        raise ReferenceTooLongError(
            f"{reference!r} has {len(reference)} characters; Exact keeps {YOUR_REF_LENGTH}."
        )
    return reference


def _check_character(body: str) -> str:
    """Luhn modulo 32: any one changed character shows, and nearly any two swapped neighbours."""
    total = 0
    for index, character in enumerate(reversed(body)):
        value = CROCKFORD.index(character) * (2 - index % 2)
        total += value // BASE + value % BASE
    return CROCKFORD[-total % BASE]
