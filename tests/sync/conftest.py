"""Both stand-ins and their connections, for pages that reach them."""

from tests.sync.services.conftest import connection, division, exact, few_accounts, sandbox
from tests.sync.services.zoho.conftest import zoho_connection, zoho_sandbox

__all__ = [
    "connection",
    "division",
    "exact",
    "few_accounts",
    "sandbox",
    "zoho_connection",
    "zoho_sandbox",
]
