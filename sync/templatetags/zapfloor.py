"""How paths of zapfloor are written on pages."""

from django import template

register = template.Library()


@register.filter
def lines(paths: str) -> str:
    """Return several paths, each on a line of its own."""
    return "\n".join(paths.split())
