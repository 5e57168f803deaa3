"""Reading what a program sent: in bounds, exactly, and without surprises."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from sync.api.problems import Problem

MOST_BYTES = 20 * 2**20  # of one body: a hundred documents, or some with their PDFs
LONGEST_NUMBER = 40  # characters


def keep_body(request: HttpRequest) -> None:
    """Read the body once, in bounds of its own. Raises Problem when it is too large.

    Django's bound is one for all pages; a batch with PDFs is larger than a form.
    """
    too_large = Problem("too_large", f"Send at most {MOST_BYTES // 2**20} MB in one request.")
    try:
        if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
            raise too_large
        content = request.read(MOST_BYTES + 1)
    except (ValueError, OSError):
        raise Problem("not_json", "The body did not arrive whole; send it again.") from None
    if len(content) > MOST_BYTES:
        raise too_large
    request._body = content  # noqa: SLF001 - what request.body returns; it has no bound of its own


class ExactJSON(Parser):
    """JSON as it was meant: amounts to the last digit, and nothing that two readers read apart."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the values of the body. Raises Problem for what is no JSON, or is ambiguous."""
        if request.content_type not in {"application/json", ""}:
            raise Problem("wrong_type", "Send “Content-Type: application/json”.")
        try:
            return json.loads(
                request.body.decode(),
                parse_float=_decimal,
                parse_int=_integer,
                parse_constant=_no_number,
                object_pairs_hook=_once_each,
            )
        except RecursionError:
            raise Problem("not_json", "It is nested too deeply.") from None
        except UnicodeDecodeError as error:
            raise Problem("not_json", f"Byte {error.start} is not UTF-8.") from None
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise Problem("not_json", f"It stops making sense at {where}: {error.msg}.") from None


def _decimal(text: str) -> Decimal | float:
    """Keep 0.1 what it is. A number of absurd size would cost memory to write out: no amount."""
    exponent = text.lower().partition("e")[2].lstrip("+-")
    is_absurd = len(text) > LONGEST_NUMBER or len(exponent) > 2  # noqa: PLR2004 - up to e99
    return float(text) if is_absurd else Decimal(text)


def _integer(text: str) -> int | float:
    return float(text) if len(text) > LONGEST_NUMBER else int(text)


def _no_number(text: str) -> None:
    raise Problem("not_json", f"{text} is not a number in JSON.")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that comes twice in one object: readers disagree on which one counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, count in Counter(n for n, _ in pairs).items() if count > 1)
        raise Problem("not_json", f"“{twice[:60]}” comes twice in one object.")
    return found
