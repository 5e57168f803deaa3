"""Pages of a list: by number within the first 2,000 records, by token beyond them."""

import base64
import hashlib
import json
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from zoho_client.sandbox.clock import DAY, time_text
from zoho_client.sandbox.messages import Problem, Record, Request
from zoho_client.sandbox.table import Place

PER_PAGE = 200
WALL = 2_000  # records that can be reached by page number
REACH = 100_000  # records that can be reached by token
TOKEN_LIFE = DAY
_FREE = {"page", "page_token", "per_page"}  # may differ from the call that gave a token


@dataclass(frozen=True)
class Page:
    """One page, and how to go on."""

    ids: list[str]
    info: Record


@dataclass(frozen=True)
class _Mark:
    """What a page token holds."""

    user: str
    asked: str  # a digest of every other parameter
    place: Place
    before: int  # records on the pages until here
    number: int  # of the page it leads to
    ends: float


def page_of(request: Request, places: list[Place]) -> Page:
    """The page a caller asks for, of records in rising order. Raises Problem."""
    query = request.query
    size = number_of(query, "per_page", PER_PAGE, most=PER_PAGE)
    if "page" in query and "page_token" in query:
        text = "ambiguity while processing the request"
        raise Problem("AMBIGUITY_DURING_PROCESSING", text, {"ambiguity_due_to": _BOTH})
    falling = _falling(query)
    mark = _read(request) if "page_token" in query else None
    number = mark.number if mark else number_of(query, "page", 1)
    if mark is None and number * size > WALL:
        text = "Kindly use page_token to get more than 2000 records"
        raise Problem("DISCRETE_PAGINATION_LIMIT_EXCEEDED", text, {"limit": WALL})
    before = mark.before if mark else (number - 1) * size
    if before >= REACH:
        text = "no more records can be reached"
        raise Problem("PAGINATION_LIMIT_EXCEEDED", text, {"limit": REACH})
    found, more = _cut(places, before if mark is None else mark.place, size, falling=falling)
    token = _token(request, found[-1], before + len(found), number + 1) if more else None
    info = _info(request, len(found), size, number, more=more)
    return Page([str(key) for _, key in found], {**info, "next_page_token": token})


_BOTH = [{"param_name": "page"}, {"param_name": "page_token"}]


def _falling(query: dict[str, str]) -> bool:
    order = query.get("sort_order", "desc")
    if order not in ("asc", "desc"):
        raise wrong("sort_order", supported_values=["asc", "desc"])
    return order == "desc"


def _cut(
    places: list[Place], start: int | Place, size: int, *, falling: bool
) -> tuple[list[Place], bool]:
    """`size` places behind the start, which is a number of places or the last one served."""
    count = len(places)
    if falling:
        end = count - start if isinstance(start, int) else bisect_left(places, start)
        return places[max(0, end - size) : max(0, end)][::-1], end > size
    begin = start if isinstance(start, int) else bisect_right(places, start)
    return places[begin : begin + size], begin + size < count


def _info(request: Request, count: int, size: int, number: int, *, more: bool) -> Record:
    ends = request.sandbox.clock.now() + TOKEN_LIFE
    return {
        "call": False,
        "per_page": size,
        "next_page_token": None,
        "count": count,
        "sort_by": request.query.get("sort_by", "id"),
        "page": number,
        "previous_page_token": None,
        "page_token_expiry": time_text(ends, request.zone) if more else None,
        "sort_order": request.query.get("sort_order", "desc"),
        "email": False,
        "more_records": more,
    }


def _digest(request: Request) -> str:
    asked = {name: value for name, value in request.query.items() if name not in _FREE}
    content = json.dumps([request.path, asked], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _token(request: Request, place: Place, before: int, number: int) -> str:
    ends = request.sandbox.clock.now() + TOKEN_LIFE
    content = [request.user["id"], _digest(request), list(place), before, number, ends]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _read(request: Request) -> _Mark:
    try:
        content = json.loads(base64.urlsafe_b64decode(request.query["page_token"]))
        user, asked, (rank, key), before, number, ends = content
    except (ValueError, TypeError) as error:
        raise wrong("page_token") from error
    if user != request.user["id"]:
        raise wrong("page_token")
    if ends < request.sandbox.clock.now():
        raise Problem("EXPIRED_VALUE", "the page token has expired", {"param_name": "page_token"})
    if asked != _digest(request):
        text = "the parameters differ from those of the page token"
        raise Problem("TOKEN_BOUND_DATA_MISMATCH", text, {"param_name": "page_token"})
    return _Mark(user, asked, (rank, key), before, number, ends)


def number_of(query: dict[str, str], name: str, default: int, *, most: int | None = None) -> int:
    """A parameter that is a number from 1 on. Raises Problem."""
    text = query.get(name, str(default))
    if not text.isdecimal() or int(text) < 1 or (most is not None and int(text) > most):
        raise wrong(name, **({} if most is None else {"maximum_value": most}))
    return int(text)


def wrong(name: str, **more: object) -> Problem:
    """The refusal of a parameter."""
    return Problem("INVALID_DATA", "invalid data", {"param_name": name, **more})
