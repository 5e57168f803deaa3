"""Which suggestions may be accepted many at a time: the clear ones, each alone in its claim."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts_link.models import AccountLink, Candidate, ExactAccount, Standing
from exact_client.models import Division

LEAD = 10  # points by which a suggestion must beat every other one for the same customer
THRESHOLDS = (95, 90, 80, 70, 60)  # scores offered as a limit
AT_ONCE = 500  # suggestions accepted by one press of a button


def clear_suggestions(division: Division, score: int) -> QuerySet[Candidate]:
    """Return the candidates of `score` and more that leave nothing to weigh, best first.

    The customer is in review and has no rival within LEAD; the account may be linked, has no
    customer yet, and is nobody else's candidate by as many points. All others are for a person, one by one.
    """
    rivals = Candidate.objects.filter(is_rejected=False, score__gt=OuterRef("score") - LEAD)
    same_customer = rivals.filter(customer=OuterRef("customer"), account__division=division)
    same_account = rivals.filter(account=OuterRef("account"))
    return (
        Candidate.objects.filter(
            ~Exists(same_customer.exclude(pk=OuterRef("pk"))),
            ~Exists(same_account.exclude(pk=OuterRef("pk"))),
            ~Exists(AccountLink.objects.filter(customer=OuterRef("customer"), division=division)),
            customer__standings__division=division,
            customer__standings__outcome=Standing.Outcome.REVIEW,
            account__division=division,
            account__status=ExactAccount.Status.CUSTOMER,
            account__is_gone=False,
            account__link_count=0,
            is_rejected=False,
            score__gte=score,
        )
        .select_related("customer", "account")
        .order_by(F("score").desc(), "customer__number")
    )


def counts_by_threshold(division: Division) -> list[tuple[int, int]]:
    """Return (score, how many clear suggestions have at least that score), highest score first."""
    scores = list(clear_suggestions(division, THRESHOLDS[-1]).values_list("score", flat=True))
    return [(limit, sum(score >= limit for score in scores)) for limit in THRESHOLDS]
