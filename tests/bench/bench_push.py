"""How many calls it takes to push entries, and that none is lost or doubled.

`python -m tests.bench.bench_push`: the sample company, of which 742 customers are linked.
"""

import time

from tests.bench.installation import ROOT, installation


def main() -> None:
    """Push the sample's invoices of linked customers, then the rest, and print what it took."""
    with installation("--no-limits") as place:
        place.manage("connect", "exact", "--sandbox")
        place.manage("import_customers", str(ROOT / "accounts_link/demo/customers.csv"))
        place.manage("mirror")
        place.manage("match")
        place.manage("import_invoices", str(ROOT / "accounts_link/demo/invoices.csv"))
        before = len(place.calls())
        began = time.monotonic()
        said = place.manage("push")
        seconds = time.monotonic() - began
        calls = place.calls()[before:]
    posts = [call for call in calls if call["method"] == "POST"]
    entries = [call for call in posts if "SalesEntries" in call["path"]]
    accounts = [call for call in posts if "Accounts" in call["path"]]
    other = len(calls) - len(posts)
    print(  # noqa: T201 - a benchmark prints
        f"{said['booked']:,} entries booked in {len(entries):,} calls, {len(accounts):,} accounts "
        f"created, {other} other calls ({100 * other / len(entries):.2f} %, goal 1 %); "
        f"{seconds:.0f} s."
    )


if __name__ == "__main__":
    main()
