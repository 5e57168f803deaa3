"""The wiring: settings, addresses, the Celery application. Nobody of ours imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
