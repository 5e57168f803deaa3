"""The door behind the Url of an attachment: the file itself, for who has a token."""

from base64 import b64decode
from urllib.parse import quote

from exact_client.sandbox.books import Books
from exact_client.sandbox.documents import DOWNLOAD
from exact_client.sandbox.html import page
from exact_client.sandbox.messages import Reply, Request, html_reply, problem
from exact_client.sandbox.tokens import Tokens

__all__ = ["DOWNLOAD", "answer"]


def answer(books: Books, tokens: Tokens, request: Request) -> Reply:
    """Give the file when `Download=1` is added to its Url; a page for people otherwise."""
    chain, good = tokens.session(request.headers.get("authorization", ""))
    if chain is None or not good:
        raise problem(401, "Unauthorized")
    division = request.options.get("_Division_", "")
    if not division.isdecimal() or int(division) not in chain["divisions"]:
        raise problem(403, "Forbidden")
    file = books.table(int(division), "attachments").get(request.options.get("ID", "").lower())
    if file is None:
        raise problem(404, "Not Found")
    if request.options.get("Download") != "1":
        return html_reply(page("Document", "<p>Add Download=1 to the address.</p>"))
    name = quote(file["FileName"], safe=" ()")
    shown = ("Content-Disposition", f'attachment; filename="{name}"')
    return Reply(
        200, b64decode(file["_content"]), [("Content-Type", "application/octet-stream"), shown]
    )
