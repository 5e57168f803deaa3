"""The client of Zoho CRM as a Django application."""

from django.apps import AppConfig


class ZohoClientConfig(AppConfig):
    """Registers the checks of its settings."""

    name = "zoho_client"
    verbose_name = "Zoho CRM"

    def ready(self) -> None:
        """Import what registers itself."""
        from zoho_client import checks  # noqa: F401, PLC0415 - works by being imported, when ready
