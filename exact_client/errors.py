"""What can go wrong at Exact, sorted by what puts it right."""

from datetime import datetime


class ExactError(Exception):
    """Anything that Exact, or the way there, did not do. Its message is fit to show to a user."""


class ExactTemporaryError(ExactError):
    """Time puts it right: a limit, a time-out, maintenance. The same call may be repeated.

    For a create it means that nothing was applied: the call was not sent, or was turned away.
    """

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at  # when it is worth coming back, in UTC

    def __reduce__(self) -> tuple[type, tuple[str, datetime | None]]:
        return type(self), (str(self), self.retry_at)


class ExactOutOfBudgetError(ExactTemporaryError):
    """Time puts it right: the calls that Exact allows are used up, or kept for more urgent work."""


class ExactUncertainError(ExactError):
    """A look puts it right: the answer to a create was lost. Find the record, then decide."""


class ExactDisconnectedError(ExactError):
    """An administrator puts it right: by connecting to Exact again, or by giving the rights."""


class ExactRefusedError(ExactError):
    """The keeper of the data puts it right: 400, or 500, Exact's status for a broken rule.

    `kind` is a word of refusals.py that code may decide on, `text` is what Exact itself said in
    the language of its user, `status` the HTTP status. A refused create was not applied, except
    for kind `taken`: what is in the way may be our own earlier attempt, so look it up.
    """

    def __init__(self, message: str, kind: str = "other", text: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.kind = kind
        self.text = text
        self.status = status

    def __reduce__(self) -> tuple[type, tuple[str, str, str, int]]:
        return type(self), (str(self), self.kind, self.text, self.status)


class ExactUnexpectedError(ExactError):
    """A developer puts it right: Exact answered something this package cannot read."""
