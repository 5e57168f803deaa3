"""Made-up accounts for benchmarks: each is worked out from its number, none is held in memory."""

from collections.abc import Iterable, Iterator

from zoho_client.sandbox.clock import moment_of, time_text
from zoho_client.sandbox.company import Company
from zoho_client.sandbox.messages import Record
from zoho_client.sandbox.store import person_of
from zoho_client.sandbox.table import Place, Table, place_of

FIRST = 5725767301000000000  # the id of number 0
BEGAN = moment_of("2025-01-01T08:00:00+01:00")
APART = 3  # seconds between one account and the next
_NAMES = (
    "North",
    "Blue",
    "Harbour",
    "Linden",
    "Copper",
    "Cedar",
    "River",
    "Silver",
    "Green",
    "Old",
)
_TRADES = ("Studio", "Labs", "Partners", "Works", "Media", "Consulting", "Foods", "Design")
_CITIES = (("Gent", "9000"), ("Antwerpen", "2000"), ("Brussel", "1000"), ("Leuven", "3000"))


class MadeUpAccounts(Table):
    """`count` accounts that are made when read; one that is written is held from then on."""

    def __init__(self, count: int, company: Company) -> None:
        super().__init__()
        self._count = count
        self._gone: set[str] = set()
        who = person_of(company.users[0])
        self._common: Record = {
            **dict.fromkeys(one["api_name"] for one in company.fields["Accounts"]),
            **dict.fromkeys(("Owner", "Created_By", "Modified_By"), who),
            "Tag": [],
            "Record_Status__s": "Available",
            "Locked__s": False,
        }

    def __len__(self) -> int:
        held = sum(self._number(key) is None for key in self._rows)
        return self._count - len(self._gone) + held

    def __iter__(self) -> Iterator[Record]:
        return (row for _, row in self.items())

    def items(self) -> Iterable[tuple[str, Record]]:
        """Every key with its row; made-up ones come first, one after the other."""
        for number in range(self._count):
            key = str(FIRST + number)
            row = self.get(key)
            if row is not None:
                yield key, row
        yield from [(key, row) for key, row in self._rows.items() if self._number(key) is None]

    def get(self, key: str) -> Record | None:
        """The row that is held, or the one that is made up, or None."""
        held = self._rows.get(key)
        number = self._number(key)
        if held is not None or number is None or key in self._gone:
            return held
        return self._made(number)

    def put(self, key: str, row: Record) -> None:
        """Hold a row."""
        super().put(key, row)
        self._gone.discard(key)

    def drop(self, key: str) -> None:
        """Forget a row, a made-up one too."""
        super().drop(key)
        if self._number(key) is not None:
            self._gone.add(key)

    def ordered(self, field: str) -> list[Place]:
        """Where every record stands; where a made-up one does needs no record to be made."""
        if field in ("id", "Created_Time", "Modified_Time") and field not in self._orders:
            made = (FIRST + number for number in range(self._count))
            made_up = [key for key in made if self._is_made_up(str(key))]
            ranks = [key if field == "id" else _moment(key - FIRST) for key in made_up]
            held = (place_of(row, field) for row in self._rows.values())
            self._orders[field] = sorted([*zip(ranks, made_up, strict=True), *held])
        return super().ordered(field)

    def _is_made_up(self, key: str) -> bool:
        return key not in self._rows and key not in self._gone

    def _number(self, key: str) -> int | None:
        number = int(key) - FIRST if key.isdecimal() else -1
        return number if 0 <= number < self._count else None

    def _made(self, number: int) -> Record:
        city, code = _CITIES[number % len(_CITIES)]
        name = f"{_NAMES[number % len(_NAMES)]} {_TRADES[number // 10 % len(_TRADES)]} {number:06}"
        when = time_text(_moment(number))
        return {
            **self._common,
            "id": str(FIRST + number),
            "Account_Name": name,
            "VAT_Number": f"BE0{number % 90_000_000 + 100_000_000:09}",
            "Phone": f"+32 2 {number % 10_000_000:07}",
            "Website": f"https://www.customer{number}.example",
            "Billing_Street": f"Stationsstraat {number % 200 + 1}",
            "Billing_City": city,
            "Billing_Code": code,
            "Billing_Country": "Belgium",
            "Created_Time": when,
            "Modified_Time": when,
        }


def _moment(number: int) -> float:
    return BEGAN + number * APART
