"""The page on which a person allows an app to see companies at Exact."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from exact_client.sandbox.company import Company
from exact_client.sandbox.html import escaped, page
from exact_client.sandbox.messages import Reply, Request, html_reply
from exact_client.sandbox.tokens import Tokens


def answer(tokens: Tokens, company: Company, request: Request) -> Reply:
    """Show the page (GET), or send the person back to the app with the outcome (POST)."""
    asked = request.options
    wrong = _wrong(tokens, asked)
    if wrong:
        return html_reply(page("Not possible", f"<p class=lead>{escaped(wrong)}</p>"), 400)
    if request.method != "POST":
        return html_reply(_consent(company, asked))
    return _decided(tokens, company, request)


def _wrong(tokens: Tokens, asked: dict[str, str]) -> str:
    target = urlsplit(asked.get("redirect_uri", ""))
    if not tokens.may_ask(asked.get("client_id", "")):
        return "This app is not known here: check its client id."
    if target.scheme not in {"http", "https"} or not target.netloc:
        return "The app gave no usable redirect_uri."
    if asked.get("response_type") != "code":
        return "The app must ask with response_type=code."
    return ""


def _decided(tokens: Tokens, company: Company, request: Request) -> Reply:
    asked, form = request.options, request.form
    outcome = {"state": asked["state"]} if "state" in asked else {}
    if ("decision", "allow") in form:
        chosen = [int(value) for name, value in form if name == "division" and value.isdecimal()]
        allowed = [one for one in company.divisions if one in chosen] or company.divisions
        code = tokens.allow(asked["client_id"], asked["redirect_uri"], allowed)
        outcome = {"code": code, **outcome}
    else:
        outcome = {"error": "access_denied", **outcome}
    target = urlsplit(asked["redirect_uri"])
    query = urlencode([*parse_qsl(target.query), *outcome.items()])
    return Reply(302, headers=[("Location", target._replace(query=query).geturl())])


def _consent(company: Company, asked: dict[str, str]) -> str:
    app = escaped(urlsplit(asked["redirect_uri"]).netloc)
    companies = "".join(
        f"<label class=choice><input type=checkbox name=division value={row['Code']} checked>"
        f"<span>{escaped(row['Description'])}<small>{row['Code']}</small></span></label>"
        for row in company.facts["divisions"]
    )
    person = company.facts["user"]
    return page(
        "Allow access",
        f"<p class=lead><b>{app}</b> asks to work in your books, as "
        f"{escaped(person['FullName'])} ({escaped(person['UserName'])}).</p>"
        f"<form method=post><fieldset><legend>Companies</legend>{companies}</fieldset>"
        "<p class=note>It may read and write accounts and sales entries there. You can take this "
        "back at any time.</p><p class=buttons>"
        "<button class=primary name=decision value=allow>Allow</button>"
        "<button name=decision value=deny>Deny</button></p></form>"
        f"<p class=note>App {escaped(asked['client_id'])}</p>",
        narrow=True,
    )
