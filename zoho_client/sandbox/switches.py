"""What sources disagree on, or what a test wants to see both ways: one switch each."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from zoho_client.sandbox.more_switches import MoreSwitches


@dataclass
class Switches(MoreSwitches):
    """Each default is what was seen most recently, or what is harder for a client."""

    known_clients: list[str] = field(default_factory=list)  # client ids; empty lets any in
    throttle_status: int = 400  # of "Access Denied": 400 in the field, 200 in the documentation
    expires_in_milliseconds: bool = False  # as some accounts servers did, with expires_in_sec
    tell_scope: bool = True  # whether a token answer names its scopes
    bearer_code: str = "INVALID_TOKEN"  # or AUTHENTICATION_FAILURE, for the wrong prefix
    mixed_status: int = 207  # of a batch that failed in part; 200 (or 201) in older versions
    failed_status: int = 400  # of a batch that failed altogether; 200 or 202 in older versions
    wrap_refusals: bool = False  # 401, 403 and 404 inside data[], as the OpenAPI files say
    too_many: str = "TOO_MANY_REQUESTS"  # or RATE_LIMIT_EXCEEDED
    unknown_id_refused: bool = False  # GET one record that is not there: 204, or a refusal
    many_errors: bool = False  # whether a record's refusals come together
    list_price_fallback: bool = True  # a line without List_Price takes its product's Unit_Price
    edition: str = "enterprise"  # free, standard, professional, enterprise or ultimate
    users: int = 5  # licences; they raise the credits of a day
    location: str = "eu"  # the data centre of the company
    home: str = ""  # its accounts server, when callers begin at that of another data centre
    api_domain: str = ""  # the address of the API when it is not that of the accounts server
    # The accounts servers of other data centres by host and port, such as localhost:8201 to us.
    other_centres: dict[str, str] = field(default_factory=dict)

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
