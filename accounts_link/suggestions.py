"""Which suggestions may be accepted many at a time: the clear ones, each alone in its claim."""

from __future__ import annotations

from collections import defaultdict

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
    no rival within LEAD. The account may be linked, has no customer yet, and is no other
    customer's candidate by as many points. All others are judged one by one.
    """
    found: list[Candidate] = []
    lone = _without_rival(division, score)
    for first in range(0, len(lone), AT_ONCE):
        found += _fit(division, lone[first : first + AT_ONCE])
        if len(found) >= AT_ONCE:
            break
    return found[:AT_ONCE]


def _without_rival(division: Division, score: int) -> list[int]:
    """Return the keys of the candidates that nothing comes near, best first.

    Compared here and not in the database: asked in one sentence, PostgreSQL was seen to choose a
    plan that took minutes for sixty rows.
    """
    rows = Candidate.objects.in_division(division).filter(
        is_rejected=False, score__gte=score - LEAD
    )
    pairs = list(rows.values_list("pk", "customer_id", "account_id", "score"))
    of_customer, of_account = defaultdict(list), defaultdict(list)
    for _, customer, account, points in pairs:
        of_customer[customer].append(points)
        of_account[account].append(points)
    lone = [
        (-points, key)
        for key, customer, account, points in pairs
        if points >= score
        and _is_alone(points, of_customer[customer])
        and _is_alone(points, of_account[account])
    ]
    return [key for _, key in sorted(lone)]


def _is_alone(points: int, all_points: list[int]) -> bool:
    """Whether no other of `all_points`, in which `points` is counted too, is within LEAD."""
    return sum(other > points - LEAD for other in all_points) == 1


def _fit(division: Division, keys: list[int]) -> list[Candidate]:
    links = AccountLink.objects.filter(customer=OuterRef("customer"), division=division)
    fit = Candidate.objects.filter(
        ~Exists(links),
        pk__in=keys,
        customer__standings__division=division,
        customer__standings__outcome=Standing.Outcome.REVIEW,
        customer__standings__situation=LIKENESS_ALONE,
        account__status=ExactAccount.Status.CUSTOMER,
        account__is_gone=False,
        account__link_count=0,
    )
    best_first = fit.select_related("customer", "account__division").order_by("-score", "pk")
    return [candidate for candidate in best_first if not _has_doubt(candidate)]


def _has_doubt(candidate: Candidate) -> bool:
    """Whether any point speaks against the pair, or names another VAT entity."""
    return any(value < 0 or text.startswith(OTHER_ENTITY) for text, value in candidate.points)


def counts_by_threshold(clear: list[Candidate]) -> list[tuple[int, int]]:
    """Return (score, how many of the clear suggestions have at least that), highest score first."""
    return [(limit, sum(each.score >= limit for each in clear)) for limit in THRESHOLDS]
