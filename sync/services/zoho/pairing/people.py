"""What a person does to pairs: pair, part, say that two are not the same, or that one is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q

from sync.models import (
    Conflict,
    ExactRecord,
    Pair,
    PairCandidate,
    PairEvent,
    RemoteRecord,
    ZohoRecord,
)
from sync.services.zoho.pairing.pairing import PARTED, a_pair, an_event

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Standing = RemoteRecord.Standing
Record = ExactRecord | ZohoRecord
What = PairEvent.What


class PairingError(Exception):
    """It can't be done like this; the message tells a person why, and what to do first."""


def pair_by_hand(exact: ExactRecord, zoho: ZohoRecord, by: User | None, now: datetime) -> Pair:
    """Make these two a pair, whatever was said of them before, and return it.

    Done already is done. The next merge compares them for the first time. Raises PairingError
    when one of them is gone or has another pair, or when they are of different kinds.
    """
    with _held(zoho, exact):
        if (done := _pair_of(exact, zoho)) is not None:
            return done
        _refuse_unless_fit(exact, zoho)
        pair = a_pair(exact, zoho, Pair.Rule.PERSON, now)
        pair.paired_by = by
        _save(pair)
        _judge(exact, zoho, is_rejected=False)
        _drop_offers(Q(exact=exact) | Q(zoho=zoho))
        for record in (exact, zoho):
            record.called_new_at = None
            _stand(record, Standing.PAIRED)
        _note(What.PAIRED, exact, zoho, by, now, Pair.Rule.PERSON)
        return pair


def part(pair: Pair, by: User | None, now: datetime) -> None:
    """Undo a pair: nothing is changed on either side, and the two count as not the same.

    Neither is made anew on the other side before a person said what it is. Done already is done.
    """
    exact, zoho = pair.exact, pair.zoho
    with _held(zoho, exact):
        held = _pair_of(exact, zoho)
        if held is None:
            return
        Conflict.objects.filter(pair=held).delete()
        held.delete()
        _judge(exact, zoho, is_rejected=True)
        for record, other in ((exact, zoho), (zoho, exact)):
            why = f"It was parted from “{other}”. Pair it with another one, or say that it is new."
            gone = record.gone_at is not None
            _stand(record, Standing.GONE if gone else Standing.REVIEW, why, PARTED)
        _note(What.PARTED, exact, zoho, by, now, held.rule)


def reject(exact: ExactRecord, zoho: ZohoRecord, by: User | None, now: datetime) -> None:
    """Say that these two are not the same: they are never offered again.

    A record that nothing else comes near is new again. Raises PairingError when they are a pair.
    """
    with _held(zoho, exact):
        if _pair_of(exact, zoho) is not None:
            raise PairingError(f"“{exact}” and “{zoho}” are a pair. Part them first.")
        if PairCandidate.objects.filter(exact=exact, zoho=zoho, is_rejected=True).exists():
            return
        _judge(exact, zoho, is_rejected=True)
        _note(What.REJECTED, exact, zoho, by, now)
        _let_go([exact], [zoho])


def create_anyway(record: Record, by: User | None, now: datetime) -> None:
    """Say that the other side does not have this record: what came near is not it.

    It crosses at the next choosing, whatever the switch says, once nothing is missing. Done
    already is done. Raises PairingError when it has a pair, or is gone on its own side.
    """
    with _held(record):
        _refuse_if_gone(record)
        _refuse_if_paired(record)
        if record.called_new_at is not None:
            return
        offered = record.candidates.filter(is_rejected=False).select_related("exact", "zoho")
        for candidate in offered:
            _note(What.REJECTED, candidate.exact, candidate.zoho, by, now)
        others = [(candidate.exact, candidate.zoho) for candidate in offered]
        offered.update(is_rejected=True)
        record.called_new_at = now
        _stand(record, Standing.NEW)
        _let_go([exact for exact, _ in others], [zoho for _, zoho in others])


@contextmanager
def _held(*records: Record) -> Iterator[None]:
    """Lock these rows, of Zoho first as everybody does, and see them as they are now."""
    with transaction.atomic():
        for record in records:
            rows = ZohoRecord if isinstance(record, ZohoRecord) else ExactRecord
            list(rows.objects.select_for_update().filter(pk=record.pk).values_list("pk"))
            record.refresh_from_db()
        yield


def _pair_of(exact: ExactRecord, zoho: ZohoRecord) -> Pair | None:
    return Pair.objects.filter(exact=exact, zoho=zoho).first()


def _save(pair: Pair) -> None:
    try:
        with transaction.atomic():
            pair.save()
    except IntegrityError as error:
        raise PairingError("One of them was paired a moment ago. Look again.") from error


def _refuse_unless_fit(exact: ExactRecord, zoho: ZohoRecord) -> None:
    if (exact.sync_id, exact.module) != (zoho.sync_id, zoho.module):
        raise PairingError(f"“{exact}” and “{zoho}” are of different kinds.")
    for record in (exact, zoho):
        _refuse_if_gone(record)
        _refuse_if_paired(record)


def _refuse_if_gone(record: Record) -> None:
    if record.gone_at is not None:
        system = "Exact" if isinstance(record, ExactRecord) else "Zoho"
        raise PairingError(f"“{record}” was deleted in {system}.")


def _refuse_if_paired(record: Record) -> None:
    of_it = Q(exact=record) if isinstance(record, ExactRecord) else Q(zoho=record)
    other = Pair.objects.filter(of_it).select_related("exact", "zoho").first()
    if other is not None:
        raise PairingError(f"“{record}” is paired already: {other}. Part them first.")


def _stand(record: Record, standing: str, reason: str = "", problem: str = "") -> None:
    record.standing, record.reason, record.problem = standing, reason, problem
    record.due_at = None
    record.save(update_fields=["standing", "reason", "problem", "due_at", "called_new_at"])


def _judge(exact: ExactRecord, zoho: ZohoRecord, *, is_rejected: bool) -> None:
    """Remember what was said of two records; a pair needs no candidate."""
    if not is_rejected:
        PairCandidate.objects.filter(exact=exact, zoho=zoho).delete()
        return
    PairCandidate.objects.update_or_create(
        exact=exact,
        zoho=zoho,
        defaults={"is_rejected": True},
        create_defaults={"is_rejected": True, "score": 0},
    )


def _drop_offers(of_these: Q) -> None:
    """Offer a record that has its pair to nobody else; the next pairing looks at the others."""
    offers = PairCandidate.objects.filter(of_these, is_rejected=False)
    held = list(offers.select_related("exact", "zoho"))
    offers.delete()
    _let_go([offer.exact for offer in held], [offer.zoho for offer in held])


def _let_go(exact: Iterable[ExactRecord], zoho: Iterable[ZohoRecord]) -> None:
    """What nothing comes near any more is new again, unless it was parted."""
    for copies, records in ((ExactRecord, exact), (ZohoRecord, zoho)):
        held = copies.objects.filter(
            pk__in=[record.pk for record in records], standing=Standing.REVIEW
        )
        alone = held.exclude(problem=PARTED).exclude(candidates__is_rejected=False)
        alone.update(standing=Standing.NEW, reason="")


def _note(
    what: PairEvent.What,
    exact: ExactRecord,
    zoho: ZohoRecord,
    by: User | None,
    now: datetime,
    rule: str = "",
) -> None:
    event = an_event(exact, zoho, what, now, rule)
    event.by = by
    event.save()
