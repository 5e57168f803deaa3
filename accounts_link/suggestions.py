"""Which suggestions may be accepted many at a time: the clear ones, each alone in its claim."""

from __future__ import annotations

from itertools import islice

from django.db.models import Exists, OuterRef

from accounts_link.models import AccountLink, Candidate, ExactAccount, Standing
from exact_client.models import Division

LEAD = 10  # points by which a suggestion must beat every other one for the same customer
THRESHOLDS = (95, 90, 80, 70, 60)  # scores offered as a limit
LIKENESS_ALONE = "near"  # the situation in which no number contradicts another
OTHER_ENTITY = "VAT number equal but for its end"
AT_ONCE = 500  # suggestions accepted by one press of a button


def clear_suggestions(division: Division, score: int) -> list[Candidate]:
    """Return the best AT_ONCE candidates of `score` and more that leave nothing to weigh.

    The customer is in review for a likeness alone, no point speaks against the pair, and it has
    no rival within LEAD. The account may be linked, has no
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
        customer__standings__situation=LIKENESS_ALONE,
        account__status=ExactAccount.Status.CUSTOMER,
        account__is_gone=False,
        account__link_count=0,
        is_rejected=False,
        score__gte=score,
    )
    best_first = clear.select_related("customer", "account__division").order_by("-score", "pk")
    streamed = best_first.iterator(chunk_size=AT_ONCE)  # read no further than needed
    return list(islice((each for each in streamed if not _has_doubt(each)), AT_ONCE))


def _has_doubt(candidate: Candidate) -> bool:
    """Whether any point speaks against the pair, or names another VAT entity."""
    return any(value < 0 or text.startswith(OTHER_ENTITY) for text, value in candidate.points)


def counts_by_threshold(clear: list[Candidate]) -> list[tuple[int, int]]:
    """Return (score, how many of the clear suggestions have at least that), highest score first."""
    return [(limit, sum(each.score >= limit for each in clear)) for limit in THRESHOLDS]
