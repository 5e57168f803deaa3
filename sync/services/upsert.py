"""Save many rows at once: one prepared statement, row after row."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model


def upsert(rows: Collection[Model], unique: Sequence[str]) -> None:
    """Insert the rows, or update the ones that agree with them in the `unique` fields.

    What `bulk_create` with `update_conflicts` does, in a fifth of its time (measured with 40,000
    lines of 26 columns): that compiles a statement anew for every 38 rows on SQLite. Rows keep no
    primary key.
    """
    first = next(iter(rows), None)
    if first is None:
        return
    fields = [field for field in first._meta.concrete_fields if not field.primary_key]  # noqa: SLF001 - Django's documented API
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in fields]
    keys = [quote(field.column) for field in fields if field.name in unique]
    changing = [f"{name} = EXCLUDED.{name}" for name in columns if name not in keys]
    statement = (
        f"INSERT INTO {quote(first._meta.db_table)} ({', '.join(columns)})"  # noqa: S608, SLF001 - names of our own model
        f" VALUES ({', '.join(['%s'] * len(columns))})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changing)}"
    )
    save = [(field.attname, field.get_db_prep_save) for field in fields]
    values = [[prepared(getattr(row, name), connection) for name, prepared in save] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def rewrite(rows: Collection[Model], fields: Sequence[str]) -> None:
    """Write these fields of rows that are there, found by their primary keys.

    What `bulk_update` does, in a tenth of its time, which that spends on making up a condition
    for each row and field. The caller sees to it that nobody else writes the rows meanwhile.
    """
    first = next(iter(rows), None)
    if first is None:
        return
    meta = first._meta  # noqa: SLF001 - Django's documented API
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    save = [field for field in meta.concrete_fields if field.name in fields]
    changes = ", ".join(f"{quote(field.column)} = %s" for field in save)
    statement = f"UPDATE {quote(meta.db_table)} SET {changes} WHERE {quote(meta.pk.column)} = %s"  # noqa: S608 - names of our own model
    values = [
        [
            *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in save),
            row.pk,
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
