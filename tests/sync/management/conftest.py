"""What the commands stand on: a stand-in of a few accounts, as the services' tests have it."""

from tests.exact_client.conftest import connection, division, exact
from tests.sync.services.conftest import few_accounts, sandbox

__all__ = ["connection", "division", "exact", "few_accounts", "sandbox"]
