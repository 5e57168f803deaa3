"""The Celery application; each app's `tasks.py` is found by name."""

import os

from celery import Celery
from celery.signals import worker_process_init
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("exactlink")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def end_with_the_worker(**_: object) -> None:
    """Let no pool process outlive a worker that was killed."""
    import_string("sync.running.tether.tie_to_parent")(os.getppid())
