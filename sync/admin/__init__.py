"""Django admin: mappings and settings to edit; documents, outbox and copies of Exact to read."""

from django.contrib import admin

from sync.admin import ledger, mapping, work, zoho, zoho_mappings

__all__ = ["ledger", "mapping", "work", "zoho", "zoho_mappings"]

admin.site.site_header = "Exactlink"
admin.site.site_title = "Exactlink administration"
admin.site.index_title = "Exactlink administration"
