"""What the database knows about its own tables: without it, it chooses the wrong index."""

from django.db import connection

LOOKED_AT = 400  # rows of each index, which makes it a matter of milliseconds


def refresh_statistics() -> None:
    """Tell SQLite how its tables look by now; PostgreSQL finds out by itself.

    To be called after many rows came: a mirror, an import, a match.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit={LOOKED_AT}")
        cursor.execute("ANALYZE")
