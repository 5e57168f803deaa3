"""The accounts server: the page on which a person lets an app in, and its other addresses."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

from zoho_client.sandbox import centres
from zoho_client.sandbox.html import escaped, page
from zoho_client.sandbox.messages import Reply, Request, html_reply
from zoho_client.sandbox.tokens import CODE_LIFE, Code


def answer(request: Request) -> Reply | None:
    """Answer a call of the accounts server, or None when the address is none of its own."""
    found = _ADDRESSES.get(request.path)
    return found(request) if found else None


def _centres(request: Request) -> Reply:
    return Reply(200, {"result": "success", "locations": centres.all_of(request)})


def _token(request: Request) -> Reply:
    if request.method != "POST":
        return Reply(200, {"error": "invalid_request"})
    if not centres.is_home(request):  # another data centre knows neither codes nor tokens of ours
        return Reply(200, {"error": "invalid_code"})
    return request.sandbox.tokens.answer(request)


def _revoke(request: Request) -> Reply:
    token = {**request.query, **request.form}.get("token", "")
    return request.sandbox.tokens.revoke_one(token)


def _consent(request: Request) -> Reply:
    """Show the page (GET), or send the person back to the app with the outcome (POST)."""
    if not centres.is_home(request):  # people are sent to the data centre of their company
        there = f"{centres.home_of(request)}{request.path}?{request.query_text}"
        return Reply(302, headers=[("Location", there)])
    wrong = _wrong(request)
    if wrong:
        content = f"<p class=lead>{escaped(wrong)}</p>"
        return html_reply(page("Invalid Request", content, narrow=True), 400)
    return html_reply(_page(request)) if request.method != "POST" else _decided(request)


def _wrong(request: Request) -> str:
    asked = request.query
    target = urlsplit(asked.get("redirect_uri", ""))
    if not request.sandbox.tokens.may_ask(asked.get("client_id", "")):
        return "Invalid Client: this app is not known here."
    if target.scheme not in {"http", "https"} or not target.netloc:
        return "Invalid Redirect Uri: it must be the one that is registered for the app."
    if asked.get("response_type") != "code":
        return "Invalid Response Type: the app must ask with response_type=code."
    return "" if asked.get("scope") else "Invalid OAuth Scope: the app asks for nothing."


def _decided(request: Request) -> Reply:
    asked, form = request.query, request.form
    outcome = {"state": asked["state"]} if "state" in asked else {}
    if form.get("decision") == "allow":
        code = request.sandbox.tokens.allow(_code(request, form.get("user", "")))
        place = {"location": request.sandbox.switches.location}
        outcome |= {"code": code, **place, "accounts-server": centres.home_of(request)}
    else:
        outcome |= {"error": "access_denied"}
    target = urlsplit(asked["redirect_uri"])
    query = urlencode([*parse_qsl(target.query), *outcome.items()])
    return Reply(302, headers=[("Location", target._replace(query=query).geturl())])


def _code(request: Request, user: str) -> Code:
    """What was allowed. A refresh token comes only with offline access, and only once unless
    the app asks with prompt=consent."""
    sandbox, asked = request.sandbox, request.query
    known = {one["id"] for one in sandbox.company.users}
    chosen = user if user in known else sandbox.company.users[-1]["id"]
    first = not sandbox.tokens.knows(asked["client_id"], chosen)
    return Code(
        client=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        scopes=tuple(one.strip() for one in asked["scope"].replace(" ", ",").split(",") if one),
        user=chosen,
        refreshes=asked.get("access_type") == "offline"
        and (first or asked.get("prompt") == "consent"),
        ends=sandbox.clock.now() + CODE_LIFE,
    )


def _page(request: Request) -> str:
    company, asked = request.sandbox.company, request.query
    app = escaped(urlsplit(asked["redirect_uri"]).netloc)
    people = "".join(
        f"<option value={escaped(one['id'])}>{escaped(one['full_name'])} "
        f"({escaped(one['email'])})</option>"
        for one in reversed(company.users)
    )
    scopes = "".join(f"<li>{escaped(one)}</li>" for one in asked["scope"].split(","))
    return page(
        "Allow access",
        f"<p class=lead><b>{app}</b> asks to work in the CRM of "
        f"<b>{escaped(company.org['company_name'])}</b>.</p><form method=post>"
        f"<fieldset><legend>As</legend><select name=user aria-label=User>{people}</select>"
        f"</fieldset><fieldset><legend>It may use</legend><ul>{scopes}</ul></fieldset>"
        "<p class=buttons><button class=primary name=decision value=allow>Accept</button>"
        "<button name=decision value=deny>Reject</button></p></form>"
        f"<p class=note>App {escaped(asked['client_id'])}</p>",
        narrow=True,
    )


_ADDRESSES: dict[str, Callable[[Request], Reply]] = {
    "/oauth/serverinfo": _centres,
    "/oauth/v2/auth": _consent,
    "/oauth/v2/token": _token,
    "/oauth/v2/token/revoke": _revoke,
}
