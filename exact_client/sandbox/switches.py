"""What sources disagree on, or what a test wants to see both ways: one switch each."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Switches:
    """Each default is what was seen most recently, or what is harder for a client."""

    language: str = "nl"  # of Exact's refusals: nl, en, fr or de
    mandatory_filter: bool = False  # refuse a list of accounts without a filter
    mandatory_select: bool = True  # refuse a list of entries without $select or $top=1
    too_early_status: int = 400  # or 401, as the documentation has it
    refresh_window: int = 570  # seconds after which a refresh is allowed; 600 in one source
    reuse_status: int = 400  # of a spent refresh token; 401 in one source
    reuse_text: str = "chain"  # or "old": the two wordings that were seen
    blocked_status: int = 429  # for a key with too many errors
    count_500: bool = False  # whether a refusal counts as an error
    overflow: str = "cut"  # or "refuse", for texts that are too long
    attachment_bytes: int = 7_000_000  # of one file; newer companies are said to take 25 MB
    other_wording: bool = False  # of refusals for which sources tell two texts
    vat_tolerance: float = 1.0  # by how much a given VAT amount may differ from the computed one
    wrong_divisions: list[int] = field(default_factory=list)  # that the user lost access to
    forbidden: str = ""  # a Reason with which every call to a division is turned away
    user_active: bool = True  # whether the user's refresh token is still taken
    check_vat_format: bool = False  # refuse VAT numbers that can't be one
    first_contact_is_main: bool = True  # of an account; not told by any source
    only_sales_items: bool = True  # on invoices; not told by any source
    invoice_date_taken: bool = True  # InvoiceDate on a create, which the documentation denies
    print_again: bool = False  # whether a printed invoice may be printed once more
    webhook_http: bool = True  # take callbacks on http://localhost, which Exact does not
    case_matters: bool = False  # when texts are compared
    encoded_skiptoken: bool = False  # the other spelling of next links
    known_clients: list[str] = field(default_factory=list)  # empty: any client id
    scopes: dict[str, str] = field(default_factory=dict)  # scope to none or read; else manage

    def set(self, **changes: Any) -> None:
        """Turn switches by name. Raises ValueError for a name that is none, or a wrong type."""
        known = {item.name for item in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"There is no switch {name!r}. There are: {sorted(known)}.")
            if type(value) is not type(getattr(self, name)):
                raise ValueError(f"Switch {name!r} holds a {type(getattr(self, name)).__name__}.")
        for name, value in changes.items():
            setattr(self, name, value)

    def all(self) -> dict[str, Any]:
        """Every switch and how it stands."""
        return asdict(self)
