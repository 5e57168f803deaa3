"""The client of Exact as a Django application."""

from django.apps import AppConfig


class ExactClientConfig(AppConfig):
    """Registers the checks of its settings."""

    name = "exact_client"
    verbose_name = "Exact Online"

    def ready(self) -> None:
        """Import what registers itself."""
        from exact_client import checks  # noqa: F401, PLC0415 - works by being imported, when ready
