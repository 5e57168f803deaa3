"""Streams cut into handy pieces."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut a stream into lists of at most `size`, reading no further than asked."""
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
