"""Which suggestions may be accepted many at a time: the clear ones, each alone in its claim."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from accounts_link.models import AccountLink, Candidate, ExactAccount, Standing
from exact_client.models import Division

LEAD = 10  # points by which a suggestion must beat every other one for the same customer
THRESHOLDS = (95, 90, 80, 70, 60)  # scores offered as a limit
AT_ONCE = 500  # suggestions accepted by one press of a button


def clear_suggestions(division: Division, score: int) -> list[Candidate]:
    """Return the best AT_ONCE candidates of `score` and more that leave nothing to weigh.

    The customer is in review and has no rival within LEAD. The account may be linked, has no
    customer yet, and is no other customer's candidate by as many points. All others are judged
    one by one.
    """
    rivals = Candidate.objects.filter(is_rejected=False, score__gt=OuterRef("score") - LEAD)
    rivals = rivals.exclude(pk=OuterRef("pk"))
    of_customer = rivals.in_division(division).filter(customer=OuterRef("customer"))
    of_account = rivals.filter(account=OuterRef("account"))
    links = AccountLink.objects.filter(customer=OuterRef("customer"), division=division)
    clear = Candidate.objects.in_division(division).filter(
        ~Exists(of_customer),
        ~Exists(of_account),
        ~Exists(links),
        customer__standings__division=division,
        customer__standings__outcome=Standing.Outcome.REVIEW,
        account__status=ExactAccount.Status.CUSTOMER,
        account__is_gone=False,
        account__link_count=0,
        is_rejected=False,
        score__gte=score,
    )
    best_first = clear.select_related("customer", "account__division").order_by("-score", "pk")
    return list(best_first[:AT_ONCE])


def counts_by_threshold(clear: list[Candidate]) -> list[tuple[int, int]]:
    """Return (score, how many of the clear suggestions have at least that), highest score first."""
    return [(limit, sum(each.score >= limit for each in clear)) for limit in THRESHOLDS]
