"""Serves the pages on this machine, with threads, until it is asked to stop."""

import signal
import sys

import waitress
from django.conf import settings
from django.core.servers.basehttp import get_internal_wsgi_application

THREADS = 8


def main() -> None:
    """Serve on PORT, to this machine alone; a proxy in front may open it to others."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    application = get_internal_wsgi_application()
    waitress.serve(
        application, host="127.0.0.1", port=settings.PORT, threads=THREADS, ident="Exactlink"
    )


if __name__ == "__main__":
    main()
