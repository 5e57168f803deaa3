"""Seals every stored secret with the first of TOKEN_KEYS, so that the others can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from exact_client import vault
from exact_client.models import ExactConnection

SEALED = "_sealed"  # how a field is called that holds a secret, in whichever model


class Command(BaseCommand):
    """`manage.py rotate_keys`, after a new key was put in front."""

    help = "Seals every stored secret with the first key of TOKEN_KEYS. May be run at any time."

    def handle(self, *_: Any, **__: Any) -> None:
        """Change each row only if nobody changed it meanwhile."""
        sealed = ExactConnection.objects.exclude(tokens="")
        try:
            done = sum(map(_reseal, sealed))
            others = sum(_reseal_field(row, name) for row, name in _other_secrets())
        except vault.UnreadableSecretError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{done} of {len(sealed)} connection(s) are sealed with the first key.")
        if others:
            self.stdout.write(f"So are {others} other secret(s).")


def _reseal(row: ExactConnection) -> int:
    same = ExactConnection.objects.filter(pk=row.pk, token_version=row.token_version)
    return same.update(tokens=vault.resealed(row.tokens))


def _other_secrets() -> Iterator[tuple[Model, str]]:
    """Yield every row of any app that has a secret, with the name of its field."""
    for model in apps.get_models():
        for field in model._meta.get_fields():  # noqa: SLF001 - Django documents it
            if field.name.endswith(SEALED):
                rows = model._default_manager.exclude(**{field.name: ""})  # noqa: SLF001 - likewise
                yield from ((row, field.name) for row in rows)


def _reseal_field(row: Model, name: str) -> int:
    kept = getattr(row, name)
    same = type(row)._default_manager.filter(**{"pk": row.pk, name: kept})  # noqa: SLF001 - likewise
    return same.update(**{name: vault.resealed(kept)})
