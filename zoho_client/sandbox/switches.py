"""What sources disagree on, or what a test wants to see both ways: one switch each."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Switches:
    """Each default is what was seen most recently, or what is harder for a client."""

    known_clients: list[str] = field(default_factory=list)  # client ids; empty lets any in
    throttle_status: int = 400  # of "Access Denied": 400 in the field, 200 in the documentation
    expires_in_milliseconds: bool = False  # as some accounts servers did, with expires_in_sec
    tell_scope: bool = True  # whether a token answer names its scopes
    mixed_status: int = 207  # of a batch that failed in part; 200 (or 201) in older versions
    failed_status: int = 400  # of a batch that failed altogether; 200 or 202 in older versions
    wrap_refusals: bool = False  # 401 and 403 of records inside data[], as the OpenAPI files say
    too_many: str = "TOO_MANY_REQUESTS"  # or RATE_LIMIT_EXCEEDED
    bearer_code: str = "INVALID_TOKEN"  # or AUTHENTICATION_FAILURE, for the wrong prefix
    unknown_id: str = "204"  # of GET one record that is not there; or "400"
    list_price_fallback: bool = True  # a line without List_Price takes its product's Unit_Price
    edition: str = "enterprise"  # free, standard, professional, enterprise, ultimate
    users: int = 1  # licences; they raise the credits of a day
    hidden_modules: list[str] = field(default_factory=list)  # as after "Organize modules"
    other_centres: dict[str, str] = field(default_factory=dict)  # host and port: us, in, …
    home: str = ""  # this data centre's address, when callers begin at another one
    api_domain: str = ""  # the address of the API when it is not that of the accounts server
    location: str = "eu"  # the data centre that this stand-in is
    search_delay: float = 0.0  # seconds until the search index sees a change

    def set(self, **values: Any) -> None:
        """Turn switches. Raises ValueError for one that is not there."""
        unknown = values.keys() - {one.name for one in fields(self)}
        if unknown:
            raise ValueError(
                f"There is no switch {sorted(unknown)}; there are {sorted(self.all())}."
            )
        for name, value in values.items():
            setattr(self, name, value)

    def all(self) -> dict[str, Any]:
        """Every switch as it stands."""
        return asdict(self)
