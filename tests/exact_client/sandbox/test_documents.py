"""Documents that hang on entries, the files in them, and where those are fetched."""

from base64 import b64encode
from typing import Any

import pytest
import requests

from exact_client.sandbox import ExactSandbox, run_on_port
from exact_client.sandbox.wire import read_date
from tests.exact_client.sandbox.caller import Caller, an_account, an_entry

ENTRIES = "salesentry/SalesEntries"
DOCUMENTS, FILES = "documents/Documents", "documents/DocumentAttachments"
PDF = b"%PDF-1.7 \xff\x00 invoice"
NOBODY = "00000000-0000-0000-0000-000000000001"


def booked(exact: Caller) -> str:
    return str(exact.send("POST", ENTRIES, an_entry(exact.sandbox)).json()["d"]["EntryID"])


def a_document(exact: Caller, **changes: Any) -> dict[str, Any]:
    document = {"Subject": "INV-2026-000001", "Type": 10, "Account": an_account(exact.sandbox)}
    answer = exact.send("POST", DOCUMENTS, {**document, **changes})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["d"])


def a_file(exact: Caller, document: str, **changes: Any) -> requests.Response:
    content = {"Document": document, "FileName": "INV.pdf", "Attachment": b64encode(PDF).decode()}
    return exact.send("POST", FILES, {**content, **changes})


def deleted(exact: Caller, kind: int) -> set[str]:
    asked = f"Timestamp gt 1L and EntityType eq {kind}"
    return {row["EntityKey"] for row in exact.rows("sync/Deleted", filter=asked)}


def test_a_document_answers_nearly_all_of_itself(exact: Caller) -> None:
    told = a_document(exact, DocumentDate="2026-10-01")

    assert (told["Subject"], told["Type"], told["HID"]) == ("INV-2026-000001", 10, 1)
    assert told["TypeDescription"] == "Verkoopfactuur"
    assert told["AccountName"] == "Desmnet Partners"
    assert told["DocumentDate"] == f"/Date({read_date('2026-10-01')})/"
    assert a_document(exact)["HID"] == 2


def test_a_document_hangs_on_its_entry_and_its_lines(exact: Caller) -> None:
    entry = booked(exact)
    document = a_document(exact, FinancialTransactionEntryID=entry)
    shown = exact.get(f"{ENTRIES}(guid'{entry}')").json()["d"]
    lines = exact.rows("sync/Financial/TransactionLines", filter="Timestamp gt 1L")
    asked = {"filter": f"FinancialTransactionEntryID eq guid'{entry}'", "select": "ID"}

    assert shown["Document"] == document["ID"]
    assert (shown["DocumentNumber"], shown["DocumentSubject"]) == (1, "INV-2026-000001")
    assert {row["Document"] for row in lines} == {document["ID"]}
    assert {row["DocumentNumber"] for row in lines} == {1}
    assert [row["ID"] for row in exact.rows(DOCUMENTS, **asked)] == [document["ID"]]


def test_an_entry_may_name_a_document_that_was_made_before(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    document = a_document(exact)["ID"]
    made = exact.send("POST", ENTRIES, an_entry(sandbox, Document=document)).json()["d"]
    unknown = exact.send("POST", ENTRIES, an_entry(sandbox, Document=NOBODY))

    shown = exact.get(f"{DOCUMENTS}(guid'{document}')").json()["d"]
    assert shown["FinancialTransactionEntryID"] == made["EntryID"]
    assert exact.text_of(unknown) == "Ongeldige referentie: Document"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Subject": None}, "Verplicht: Onderwerp"),
        ({"Subject": " "}, "Verplicht: Onderwerp"),
        ({"Type": None}, "Verplicht: Documentsoort"),
        ({"Type": 99}, "Ongeldige referentie: Documentsoort"),
        ({"Type": 22}, "Documentsoort is niet toegestaan"),
        ({"Account": NOBODY}, "Ongeldige referentie: Relatie"),
        ({"FinancialTransactionEntryID": NOBODY}, "Ongeldige referentie: Boeking"),
    ],
)
def test_a_document_that_does_not_fit_is_refused(
    exact: Caller, changes: dict[str, Any], text: str
) -> None:
    answer = exact.send("POST", DOCUMENTS, {"Subject": "x", "Type": 10, **changes})

    assert (answer.status_code, exact.text_of(answer)) == (500, text)
    assert exact.sandbox.count("documents") == 0


def test_the_types_tell_what_may_be_made(exact: Caller) -> None:
    rows = exact.rows("documents/DocumentTypes", select="ID,DocumentIsCreatable")

    assert {row["ID"]: row["DocumentIsCreatable"] for row in rows} == (
        {10: True, 20: True, 22: False, 55: True}
    )
    assert exact.get("documents/DocumentTypes(10)").json()["d"]["Description"] == "Verkoopfactuur"


def test_a_file_answers_its_size_and_where_it_lies_but_not_its_content(exact: Caller) -> None:
    document = a_document(exact)["ID"]
    told = a_file(exact, document).json()["d"]
    listed = exact.rows(FILES, filter=f"Document eq guid'{document}'")

    assert (told["FileName"], told["FileSize"], told["Attachment"]) == ("INV.pdf", len(PDF), None)
    assert told["Url"].startswith("http://exact.test/docs/SysAttachment.aspx?ID=")
    assert [row["Url"] for row in listed] == [told["Url"]]
    assert exact.session.get(told["Url"] + "&Download=1").content == PDF
    assert b"<html" in exact.session.get(told["Url"]).content


def test_a_file_is_fetched_with_a_token_alone(exact: Caller) -> None:
    url = a_file(exact, a_document(exact)["ID"]).json()["d"]["Url"] + "&Download=1"
    elsewhere = url.replace("124132", "999")

    assert exact.session.get(elsewhere).status_code == 403
    assert exact.session.get(url.replace("ID=", "ID=x")).status_code == 404
    del exact.session.headers["Authorization"]
    assert exact.session.get(url).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"Document": None}, 500, "Verplicht: Document"),
        ({"Document": NOBODY}, 500, "Ongeldige referentie: Document"),
        ({"FileName": None}, 500, "Verplicht: Bestandsnaam"),
        ({"FileName": "INV.exe"}, 500, "Niet toegestaan: Bestandsnaam"),
        ({"FileName": "INV"}, 500, "Niet toegestaan: Bestandsnaam"),
        ({"Attachment": None}, 500, "Verplicht: Bijlage"),
        ({"Attachment": ""}, 500, "Verplicht: Bijlage"),
        ({"Attachment": "%PDF"}, 400, "Error processing request stream."),
    ],
)
def test_a_file_that_does_not_fit_is_refused(
    exact: Caller, changes: dict[str, Any], status: int, text: str
) -> None:
    answer = a_file(exact, a_document(exact)["ID"], **changes)

    assert answer.status_code == status
    assert exact.text_of(answer).startswith(text)
    assert exact.sandbox.count("attachments") == 0


def test_a_file_may_not_be_too_large(exact: Caller, sandbox: ExactSandbox) -> None:
    document = a_document(exact)["ID"]
    sandbox.switches.set(attachment_bytes=len(PDF))
    assert a_file(exact, document).status_code == 201

    sandbox.switches.set(attachment_bytes=len(PDF) - 1)
    answer = a_file(exact, document)
    assert exact.text_of(answer) == "Ongeldig: Bestandsgrootte"


def test_a_file_can_be_deleted_but_not_changed(exact: Caller) -> None:
    key = a_file(exact, a_document(exact)["ID"]).json()["d"]["ID"]
    where = f"{FILES}(guid'{key}')"

    assert exact.send("PUT", where, {"FileName": "x.pdf"}).status_code == 405
    assert exact.send("DELETE", where).status_code == 204
    assert deleted(exact, 4) == {key}


def test_a_document_can_be_changed(exact: Caller) -> None:
    first, second = booked(exact), booked(exact)
    key = a_document(exact, FinancialTransactionEntryID=first)["ID"]
    where = f"{DOCUMENTS}(guid'{key}')"
    answer = exact.send("PUT", where, {"FinancialTransactionEntryID": second})

    assert answer.status_code == 204
    hung = {
        row["EntryID"]: row["Document"] for row in exact.rows(ENTRIES, select="EntryID,Document")
    }
    assert hung == {first: None, second: key}
    assert exact.send("PUT", where, {"Subject": None}).status_code == 500


def test_with_a_document_its_files_go(exact: Caller) -> None:
    entry = booked(exact)
    key = a_document(exact, FinancialTransactionEntryID=entry)["ID"]
    file = a_file(exact, key).json()["d"]["ID"]
    exact.send("DELETE", f"{DOCUMENTS}(guid'{key}')")

    assert (deleted(exact, 4), deleted(exact, 6)) == ({file}, {key})
    assert exact.get(f"{ENTRIES}(guid'{entry}')").json()["d"]["Document"] is None


def test_the_document_of_an_entry_that_goes_stays(exact: Caller) -> None:
    entry = booked(exact)
    key = a_document(exact, FinancialTransactionEntryID=entry)["ID"]
    exact.send("DELETE", f"{ENTRIES}(guid'{entry}')")

    shown = exact.get(f"{DOCUMENTS}(guid'{key}')").json()["d"]
    assert shown["FinancialTransactionEntryID"] is None


def test_a_document_keeps_its_account(exact: Caller) -> None:
    made = exact.send("POST", "crm/Accounts", {"Name": "Papers", "Status": "C"}).json()["d"]["ID"]
    key = a_document(exact, Account=made)["ID"]
    where = f"crm/Accounts(guid'{made}')"
    answer = exact.send("DELETE", where)

    assert exact.text_of(answer) == "Kan niet verwijderen: Relatie - Gebruikt in: Documenten"
    exact.send("DELETE", f"{DOCUMENTS}(guid'{key}')")
    assert exact.send("DELETE", where).status_code == 204


def test_documents_and_files_are_told_by_sync(exact: Caller) -> None:
    key = a_document(exact)["ID"]
    file = a_file(exact, key).json()["d"]
    first = exact.rows("sync/Documents/Documents", filter="Timestamp gt 1L")[0]
    exact.send("PUT", f"{DOCUMENTS}(guid'{key}')", {"Subject": "Later"})
    again = exact.rows("sync/Documents/Documents", filter=f"Timestamp gt {first['Timestamp']}L")
    files = exact.rows("sync/Documents/DocumentAttachments", filter="Timestamp gt 1L")

    assert [row["Subject"] for row in again] == ["Later"]
    assert [(row["ID"], row["Url"], row["Attachment"]) for row in files] == [
        (file["ID"], file["Url"], None)
    ]


def test_the_scope_of_documents_is_one_of_its_own(exact: Caller, sandbox: ExactSandbox) -> None:
    sandbox.switches.set(scopes={"organization.documents": "read"})
    answer = exact.send("POST", DOCUMENTS, {"Subject": "x", "Type": 10})

    assert exact.get(DOCUMENTS, top=1).status_code == 200
    assert exact.text_of(answer) == (
        "Forbidden - Application Scope Violated. Cannot manage 'organization.documents' scope."
    )


def test_a_lost_answer_leaves_a_document_and_a_file_behind(
    exact: Caller, sandbox: ExactSandbox
) -> None:
    key = a_document(exact)["ID"]
    sandbox.fault("lose_answer_after", path="documents/", times=2)
    for send in (lambda: a_document(exact), lambda: a_file(exact, key)):
        with pytest.raises(requests.ConnectionError):
            send()

    assert sandbox.count("documents") == 2
    assert sandbox.count("attachments") == 1


def test_a_download_may_fail_too(exact: Caller, sandbox: ExactSandbox) -> None:
    url = a_file(exact, a_document(exact)["ID"]).json()["d"]["Url"] + "&Download=1"
    sandbox.fault("status", path="SysAttachment", status=503, times=1)

    assert exact.session.get(url).status_code == 503
    assert exact.session.get(url).content == PDF


def test_a_file_is_fetched_from_the_port_that_answered(sandbox: ExactSandbox) -> None:
    with run_on_port(sandbox) as url:
        exact = Caller(sandbox, host=url)
        told = a_file(exact, a_document(exact)["ID"]).json()["d"]

        assert told["Url"].startswith(f"{url}/docs/")
        assert exact.session.get(told["Url"] + "&Download=1", timeout=5).content == PDF
        exact.session.close()
