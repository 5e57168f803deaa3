"""How paths of zapfloor, and what is wrong with its records, are written on pages."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def lines(paths: str) -> str:
    """Return several paths, each on a line of its own."""
    return "\n".join(paths.split())


@register.filter
def under(said: str, record: dict[str, Any]) -> str:
    """Return what is wrong with a record without its name, which stands above it."""
    return said.removeprefix(f"{record['type']} {record['id']}").lstrip(",: ")
