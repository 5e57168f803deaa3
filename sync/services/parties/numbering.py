"""Hand out numbers of a sequence: none twice, none skipped, however many ask at once."""

from django.db import transaction
from django.db.models import F

from accounts_link.models import Customer, NumberSequence

CUSTOMERS = "customer"


def next_number(name: str) -> str:
    """Take the next number of a sequence, which is made when it is asked for the first time.

    Call it in the transaction that uses the number: when that is rolled back, so is the taking,
    and nothing is skipped.
    """
    with transaction.atomic():
        NumberSequence.objects.get_or_create(name=name)
        # The update locks the row until the outer transaction ends; only then may we read.
        NumberSequence.objects.filter(name=name).update(next_number=F("next_number") + 1)
        sequence = NumberSequence.objects.get(name=name)
        return f"{sequence.prefix}{sequence.next_number - 1}"


def next_customer_number() -> str:
    """Take the next number for a customer, passing those that zapfloor gave out itself."""
    with transaction.atomic():
        while True:
            number = next_number(CUSTOMERS)
            if not Customer.objects.filter(number=number).exists():
                return number
