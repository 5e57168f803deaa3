"""One answer for each idempotency key: a request that is sent again is not done again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from sync.models import ApiAnswer, ApiClient

KEPT_FOR = timedelta(days=7)
GIVEN_UP_AFTER = timedelta(minutes=2)  # at work for longer: the process that worked on it is gone


class KeyReusedError(Exception):
    """This key came with another request before."""


class AtWorkError(Exception):
    """The same request is being worked on at this moment."""


def begin(
    client: ApiClient, key: str, request_hash: str, *, now: datetime
) -> tuple[ApiAnswer, bool]:
    """Return the answer under this key, and whether it is ours to work out now.

    It is committed before the work begins, so that a second request sees it. What was at work
    when its process died is taken over: taking documents in twice changes nothing.

    Raises KeyReusedError or AtWorkError.
    """
    ApiAnswer.objects.filter(client=client, key=key, at__lt=now - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            made = ApiAnswer.objects.create(
                client=client, key=key, request_hash=request_hash, status=None, body=None, at=now
            )
    except IntegrityError:
        known = ApiAnswer.objects.filter(client=client, key=key).first()
        if known is None:  # it was given up between the two questions
            raise AtWorkError from None
        return _again(known, request_hash, now)
    return made, True


def _again(known: ApiAnswer, request_hash: str, now: datetime) -> tuple[ApiAnswer, bool]:
    if known.request_hash != request_hash:
        raise KeyReusedError
    if known.status is not None:
        return known, False
    lapsed = ApiAnswer.objects.filter(pk=known.pk, status=None, at=known.at)
    if known.at > now - GIVEN_UP_AFTER or not lapsed.update(at=now):
        raise AtWorkError
    known.at = now
    return known, True


def keep(answer: ApiAnswer, status: int, body: Any) -> None:
    """Remember what was answered, unless somebody took over meanwhile."""
    ours = ApiAnswer.objects.filter(pk=answer.pk, status=None, at=answer.at)
    ours.update(status=status, body=body)


def give_up(answer: ApiAnswer) -> None:
    """Forget that it was begun: the same request may come again at once."""
    ApiAnswer.objects.filter(pk=answer.pk, status=None, at=answer.at).delete()


def prune(*, now: datetime) -> int:
    """Forget the answers that are too old to be asked for again; return how many."""
    return ApiAnswer.objects.filter(at__lt=now - KEPT_FOR).delete()[0]
