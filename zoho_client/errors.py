"""What can go wrong at Zoho, sorted by what puts it right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoho_client.records import Outcome


class ZohoError(Exception):
    """Anything that Zoho, or the way there, did not do. Its message is fit to show to a user.

    `done` holds the outcomes of the rows that were settled before: a write of many rows takes
    several calls, and what an earlier one did stays done.
    """

    done: Sequence[Outcome] = ()


class ZohoTemporaryError(ZohoError):
    """Time puts it right: a limit, a time-out, maintenance. The same call may be repeated.

    For a change it means that nothing was applied: it was not sent, or was turned away.
    """

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at  # when it is worth coming back, in UTC


class ZohoOutOfCreditsError(ZohoTemporaryError):
    """Time puts it right: too many calls are under way, or the day's are spent or kept back."""


class ZohoUncertainError(ZohoError):
    """A look puts it right: the answer to a change was lost. Find the records, then decide.

    `unsettled` are the places, in what was given, of the rows that may or may not be written.
    Those before are in `done`, those behind were not sent. An upsert may simply be repeated.
    """

    def __init__(self, message: str, unsettled: Sequence[int] = ()) -> None:
        super().__init__(message)
        self.unsettled = tuple(unsettled)


class ZohoDisconnectedError(ZohoError):
    """An administrator puts it right: by connecting to Zoho again, or by giving the rights."""


class ZohoRefusedError(ZohoError):
    """The keeper of the data puts it right: Zoho understood, and said no to the whole call.

    `code` is Zoho's own word for the reason, such as INVALID_MODULE; `details` says where.
    """

    def __init__(
        self,
        message: str,
        code: str = "",
        details: Mapping[str, Any] | None = None,
        status: int = 0,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.details = dict(details or {})
        self.status = status


class ZohoUnexpectedError(ZohoError):
    """A developer puts it right: Zoho answered something this package cannot read."""
