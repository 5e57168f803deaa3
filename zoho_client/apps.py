"""The client of Zoho CRM as a Django application."""

from django.apps import AppConfig


class ZohoClientConfig(AppConfig):
    """Registers the checks of its settings."""

    name = "zoho_client"
    verbose_name = "Zoho CRM"
