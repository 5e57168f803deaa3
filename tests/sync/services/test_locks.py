"""Locks: one holder at a time, freed only by leaving, and known to be lost when they are."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from sync.services.locks import process_lock


@pytest.mark.django_db(transaction=True)
def test_one_holds_it_and_the_other_is_told() -> None:
    with process_lock("division", 1) as held, process_lock("division", 1) as second:
        assert held is not None
        assert held()
        assert second is None

    with process_lock("division", 1) as again:
        assert again is not None


@pytest.mark.django_db(transaction=True)
def test_locks_of_other_names_and_numbers_are_free() -> None:
    with (
        process_lock("division", 1),
        process_lock("division", 2) as number,
        process_lock("mirror", 1) as name,
    ):
        assert (number is None, name is None) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_another_thread_is_another_holder() -> None:
    seen: list[bool] = []

    def try_it() -> None:
        with process_lock("division", 1) as held:
            seen.append(held is not None)
        connection.close()

    with process_lock("division", 1):
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join(timeout=30)

    assert seen == [False]


@pytest.mark.django_db(transaction=True)
def test_a_lock_whose_session_was_lost_says_so() -> None:
    if connection.vendor != "postgresql":
        with process_lock("division", 1) as held:
            assert held is not None
            assert held()  # the kernel takes a file lock from nobody who lives
        return
    with process_lock("division", 1) as held:
        assert held is not None
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            )
        assert not held()
        with process_lock("division", 1) as other:
            assert other is not None


@pytest.mark.django_db(transaction=True)
def test_who_left_is_followed_at_once() -> None:
    followed = 0
    for _ in range(300):
        with process_lock("division", 1) as held:
            followed += held is not None

    assert followed == 300
