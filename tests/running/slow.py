"""A task that takes long, for a real worker in a test to have its hands full with."""

import time

from celery import shared_task


@shared_task
def sleep(seconds: float) -> None:
    """Keep one hand of the worker busy."""
    time.sleep(seconds)
