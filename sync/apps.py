"""The work itself as a Django application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from sync.roles import make_groups


class SyncConfig(AppConfig):
    """Sees to it that the roles are there."""

    name = "sync"
    verbose_name = "Exactlink"

    def ready(self) -> None:
        """Make the groups once the tables and permissions are there."""
        post_migrate.connect(make_groups, sender=self)
