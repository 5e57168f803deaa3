"""The addresses of everything that starts work, and of the pages about work."""

from django.urls import path

from sync.views import (
    accounts,
    decisions,
    divisions,
    home,
    imports,
    inbox,
    invoices,
    links,
    runs,
    setup,
)

app_name = "sync"
urlpatterns = [
    path("", home.home, name="home"),
    path("exact/division/", divisions.show, name="look-at"),
    path("links/assign/", links.assign, name="assign"),
    path("links/unlink/", links.unlink, name="unlink"),
    path("links/reject/", links.reject, name="reject"),
    path("links/undo/", links.undo, name="undo"),
    path("links/accept/", links.accept_many, name="accept-many"),
    path("accounts/create/", accounts.create, name="create-account"),
    path("accounts/promote/", accounts.make_customer, name="promote"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("exact/invoices/", invoices.invoices, name="invoices"),
    path("exact/invoices/<path:number>/", invoices.invoice, name="invoice"),
    path("exact/dry-run/", invoices.dry_run, name="dry-run"),
    path("exact/push/", decisions.push, name="push"),
    path("exact/hold/", decisions.hold, name="hold"),
    path("exact/exclude/", decisions.leave_out, name="exclude"),
    path("exact/include/", decisions.take_up, name="include"),
    path("exact/outbox/<int:pk>/decide/", decisions.decide, name="decide"),
    path("exact/runs/", runs.runs, name="runs"),
    path("exact/runs/<int:pk>/", runs.run, name="run"),
    path("exact/runs/mirror/", runs.begin, {"job": "mirror"}, name="mirror"),
    path("exact/runs/match/", runs.begin, {"job": "match"}, name="match"),
    path("exact/setup/", setup.setup, name="setup"),
    path("exact/setup/division/", setup.choose_division, name="choose-division"),
    path("exact/setup/read/", setup.read_books, name="read-books"),
    path("exact/setup/mapping/<slug:card>/", setup.save_mapping, name="save-mapping"),
    path("exact/setup/guesses/", setup.confirm_guesses, name="confirm-guesses"),
    path("exact/setup/settings/", setup.save_settings, name="save-settings"),
    path("exact/import/", imports.imports, name="import"),
    path("exact/import/<int:pk>/", imports.upload, name="upload"),
    path("exact/import/<int:pk>/take-in/", imports.take_in, name="take-in"),
    path("exact/import/<int:pk>/errors.csv", imports.errors, name="upload-errors"),
    path("exact/import/template/<slug:kind>.<slug:form>", imports.template, name="template"),
]
