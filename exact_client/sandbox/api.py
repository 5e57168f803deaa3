"""The door of /api/v1: who calls, may they, and which part of the books they get."""

import re
from dataclasses import dataclass, replace
from uuid import UUID

from exact_client.sandbox.books import Books
from exact_client.sandbox.company import Company
from exact_client.sandbox.endpoints import TABLES, check_scope
from exact_client.sandbox.facts import LINES, Entity, entities
from exact_client.sandbox.limits import CallLimits, ErrorLimits
from exact_client.sandbox.messages import Problem, Reply, Request, json_reply, problem
from exact_client.sandbox.payload import read_object, read_payload
from exact_client.sandbox.reader import Reader, me, not_found
from exact_client.sandbox.refusals import Refusal, refusal
from exact_client.sandbox.subscriptions import Subscriptions
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.sync_timestamp import SYNC_TIMESTAMP, sync_timestamp
from exact_client.sandbox.tokens import Tokens
from exact_client.sandbox.webhooks import Webhooks
from exact_client.sandbox.writers import Writers

_DIVISION = re.compile(r"/api/v1/(?P<division>\d+)/(?P<rest>.+)")
_KEYED = re.compile(r"(?P<path>[A-Za-z/]+)\((?P<key>[^)]*)\)(?:/(?P<inner>\w+))?")
_FUNCTIONS = {"users/UserHasRights", SYNC_TIMESTAMP}
_COUNTED = {400, 401, 403, 404}  # what counts as an error of the app


@dataclass(frozen=True)
class Visit:
    """A call that was let in: on whose behalf, where, and what it may see."""

    client: str
    user: str
    divisions: list[int]
    division: int | None  # None for current/Me, which belongs to none
    path: str  # behind the division, without a key
    key: str | None = None
    inner: str | None = None
    headers: tuple[tuple[str, str], ...] = ()  # about limits


class Api:
    """Lets calls in, and performs them."""

    def __init__(  # noqa: PLR0913 - each is a part of the stand-in, and is passed by name
        self, *, books: Books, switches: Switches, company: Company, tokens: Tokens,
        limits: CallLimits, errors: ErrorLimits, webhooks: Webhooks,
    ) -> None:  # fmt: skip
        self._books = books
        self._switches = switches
        self._company = company
        self._tokens = tokens
        self._limits = limits
        self._errors = errors
        self._webhooks = webhooks

    def admit(self, request: Request) -> Visit:
        """Check token, division, limits and scope, in this order. Raises Problem."""
        division, path, key, inner = _place(request.path)
        chain, good = self._tokens.session(request.headers.get("authorization", ""))
        if chain is None or not good:
            if chain is not None:
                self._errors.count((chain["client"], division or 0), path)
            raise problem(401, "Unauthorized")
        visit = Visit(
            chain["client"], chain["user"], chain["divisions"], division, path, key, inner
        )
        if division is None:
            return visit
        return self._admit_to_division(visit, division, request)

    def _admit_to_division(self, visit: Visit, division: int, request: Request) -> Visit:
        caller = (visit.client, division)
        if self._errors.blocked(caller):
            raise Problem(Reply(self._switches.blocked_status))
        refused = self._limits.refused(caller)
        if refused is not None:
            raise Problem(Reply(429, headers=refused))
        headers = tuple(self._limits.count(caller))
        visit = replace(visit, headers=headers)
        try:
            # system/Divisions doesn't look at the division in its address.
            if division not in visit.divisions and visit.path != "system/Divisions":
                raise _forbidden("NoDivisionAccess")
            if self._switches.forbidden:
                raise _forbidden(self._switches.forbidden)
            check_scope(visit.path, request.method, self._switches)
        except Problem as refused_here:
            raise self._counted(visit, refused_here) from None
        return visit

    def perform(self, visit: Visit, request: Request) -> Reply:
        """Do what a call that was let in asks for."""
        try:
            reply = self._answer(visit, request)
        except Problem as refused:
            raise self._counted(visit, refused) from None
        except Refusal as refused:
            reply = refused.reply(self._switches.language, other=self._switches.other_wording)
            if self._switches.count_500:
                self._errors.count((visit.client, visit.division or 0), visit.path)
        reply.headers += visit.headers
        return reply

    def exhaust(self, visit: Visit, seconds: int) -> None:
        """Use up a window of the caller's limit."""
        self._limits.exhaust((visit.client, visit.division or 0), seconds)

    def _counted(self, visit: Visit, refused: Problem) -> Problem:
        if refused.reply.status in _COUNTED:
            self._errors.count((visit.client, visit.division or 0), visit.path)
        refused.reply.headers += visit.headers
        return refused

    def _answer(self, visit: Visit, request: Request) -> Reply:
        if visit.path == "current/Me":
            current = self._company.divisions[0]
            return _json_only(request) or me(
                self._books, self._company, current, request, self._switches
            )
        division = visit.division or 0
        base = f"{request.host}/api/v1/{division}"
        if division in self._switches.wrong_divisions:
            raise refusal("wrong division")
        if visit.path in _FUNCTIONS:
            return _json_only(request) or self._function(visit, base, request)
        reader = Reader(self._books, self._switches, self._company, division, base)
        if visit.path.endswith("/$count"):
            return reader.count(_entity(visit.path.removesuffix("/$count")), request)
        entity = _entity(visit.path)
        if request.method not in entity.methods:
            raise problem(405, "Method Not Allowed")
        if request.method != "GET":
            return self._write(visit, entity, reader, request)
        return _json_only(request) or self._read(visit, entity, reader, request)

    def _function(self, visit: Visit, base: str, request: Request) -> Reply:
        if visit.path == SYNC_TIMESTAMP:
            return sync_timestamp(self._books, visit.division or 0, base, request)
        return json_reply({"d": {"UserHasRights": True}})

    def _read(self, visit: Visit, entity: Entity, reader: Reader, request: Request) -> Reply:
        if visit.key is None:
            return reader.collection(entity, request, visit.divisions)
        key = _literal(entity, visit.key)
        if visit.inner is None:
            return reader.one(entity, key, request)
        if entity.path in LINES and visit.inner == LINES[entity.path][0]:
            return reader.lines(entity, key, request)
        raise not_found(visit.inner)

    def _write(self, visit: Visit, entity: Entity, reader: Reader, request: Request) -> Reply:
        if (request.method == "POST") == (visit.key is not None):
            raise problem(405, "Method Not Allowed")
        asks_json = _json_only(request) is None
        content = {} if request.method == "DELETE" else read_object(request)
        taken = read_payload(entity, content, self._switches.overflow)
        writers = self._writers(visit)
        if visit.key is None:
            record, sparse = writers.create(entity, taken, content)
            whole = "return=representation" in request.headers.get("prefer", "")
            reply = reader.created(entity, record, None if whole else sparse)
            return reply if asks_json else replace(_atom(), status=201)
        key = _literal(entity, visit.key)
        if self._books.table(visit.division or 0, TABLES[entity.path]).get(key) is None:
            raise not_found(entity.name)
        if request.method == "PUT":
            writers.update(entity, key, taken)
        else:
            writers.delete(entity, key)
        return Reply(204)

    def _writers(self, visit: Visit) -> Writers:
        division = visit.division or 0
        subscriptions = Subscriptions(
            books=self._books,
            switches=self._switches,
            division=division,
            user=visit.user,
            client=visit.client,
            post=self._webhooks.post,
        )
        return Writers(self._books, self._switches, division, visit.user, subscriptions)


def _forbidden(reason: str) -> Problem:
    refused = problem(403, "Forbidden")
    refused.reply.headers.append(("Reason", reason))
    return refused


def _place(path: str) -> tuple[int | None, str, str | None, str | None]:
    """Division, endpoint, key and inner collection of an address."""
    if path == "/api/v1/current/Me":
        return None, "current/Me", None, None
    found = _DIVISION.fullmatch(path)
    if found is None:
        raise not_found(path.rpartition("/")[2])
    keyed = _KEYED.fullmatch(found["rest"])
    if keyed is None:
        return int(found["division"]), found["rest"].rstrip("/"), None, None
    return int(found["division"]), keyed["path"], keyed["key"], keyed["inner"]


def _entity(path: str) -> Entity:
    """The endpoint with this path; names are case sensitive."""
    entity = entities().get(path)
    if entity is None or path not in TABLES:
        raise not_found(path.rpartition("/")[2])
    return entity


def _literal(entity: Entity, text: str) -> str:
    """The key as its table knows it: guid'…', a number, or a quoted text."""
    type_ = entity.properties[entity.keys[0]].type
    try:
        if type_ == "Guid" and text.startswith("guid'") and text.endswith("'"):
            return str(UUID(text[5:-1]))
        if type_ in {"Int32", "Int64"}:
            return str(int(text.rstrip("L")))
    except ValueError:
        raise problem(400, "Bad Request - Error in query syntax.") from None
    if type_ == "String" and text[:1] == text[-1:] == "'":
        return text[1:-1]
    raise problem(400, "Bad Request - Error in query syntax.")


def _json_only(request: Request) -> Reply | None:
    """None when JSON is asked for; else Exact's default, Atom, as a stub, or a refusal."""
    accepted = request.headers.get("accept", "*/*")
    if "application/json" in accepted:
        return None
    if accepted.strip() in {"", "*/*"} or "atom+xml" in accepted:
        return _atom()
    raise problem(415, "Unsupported media type requested.")


def _atom() -> Reply:
    feed = b'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"/>'
    return Reply(200, feed, [("Content-Type", "application/atom+xml;charset=utf-8")])
