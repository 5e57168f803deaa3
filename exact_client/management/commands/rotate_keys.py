"""Seals every stored token with the first of TOKEN_KEYS, so that the others can be taken away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exact_client import vault
from exact_client.models import ExactConnection


class Command(BaseCommand):
    """`manage.py rotate_keys`, after a new key was put in front."""

    help = "Seals every stored token with the first key of TOKEN_KEYS. May be run at any time."

    def handle(self, *_: Any, **__: Any) -> None:
        """Change each row only if no refresh changed it meanwhile."""
        sealed = ExactConnection.objects.exclude(tokens="")
        try:
            done = sum(map(_reseal, sealed))
        except vault.UnreadableSecretError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{done} of {len(sealed)} connection(s) are sealed with the first key.")


def _reseal(row: ExactConnection) -> int:
    same = ExactConnection.objects.filter(pk=row.pk, token_version=row.token_version)
    return same.update(tokens=vault.resealed(row.tokens))
