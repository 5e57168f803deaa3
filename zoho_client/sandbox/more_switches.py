"""The switches of search, COQL, notifications, signals and settings."""

from dataclasses import dataclass, field


@dataclass
class MoreSwitches:
    """Each default is what was seen most recently, or what is harder for a client."""

    search_delay: float = 3.0  # seconds until search sees a change; Zoho publishes no figure
    count_delay: float = 60.0  # seconds until actions/count does; 1 to 10 minutes are documented
    criteria: int = 10  # most criteria of a search; the OpenAPI files say 15
    coql_case_matters: bool = False  # whether = and like tell capitals apart; unpublished
    coql_reach: int = 100_000  # the last row that limit can reach; 10,000 on older pages
    watch_token: int = 50  # longest token of a channel; the OpenAPI files say 256
    watch_patch_object: bool = True  # whether PATCH also takes one channel as a bare object
    watch_loopback: bool = True  # whether http to this very machine is let through, for tests
    watch_drop: int = 0  # loses each n-th callback
    watch_duplicate: int = 0  # sends each n-th callback twice
    watch_reorder: bool = False  # sends what is waiting youngest first
    signal_actions: bool = False  # whether a signal must have actions: documented, SDK omits them
    signal_email: bool = False  # whether a record without e-mail can't be signalled
    notes_by_admin_only: bool = False  # GET /Notes as seen by a user who is no administrator
    # What keeps a module from us: user_hidden, system_hidden, no_rights, not_supported or absent.
    module_states: dict[str, str] = field(default_factory=dict)
