"""What can go wrong at zapfloor, sorted by what puts it right."""

from __future__ import annotations

from datetime import datetime


class ZapfloorError(Exception):
    """Anything that zapfloor, or the way there, did not do. Its message is fit to show to a user.

    No message repeats a secret, nor what zapfloor says of one.
    """


class ZapfloorTemporaryError(ZapfloorError):
    """Time puts it right: a limit, a time-out, maintenance."""

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at  # when it is worth coming back, in UTC

    def __reduce__(self) -> tuple[type, tuple[str, datetime | None]]:
        return type(self), (str(self), self.retry_at)


class ZapfloorDisconnectedError(ZapfloorError):
    """An administrator puts it right: other credentials, or a scope that zapfloor must allow."""


class ZapfloorUnexpectedError(ZapfloorError):
    """An administrator puts it right: a path that does not exist, or an answer of another form."""
