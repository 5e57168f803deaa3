"""What kind of supply a line is: the VAT on a room follows the building, not the customer."""

GOODS = "goods"
SERVICES = "services"
REAL_ESTATE = "real_estate"  # letting: taxed where the building stands

DISCOUNT = "discount"  # the resource type of a discount that is a line of its own
PRODUCT = "product"

BY_RESOURCE = {
    "unit": REAL_ESTATE,
    "desk": REAL_ESTATE,
    "meeting_room": REAL_ESTATE,
    PRODUCT: SERVICES,
}
WORDS = {GOODS: "goods", SERVICES: "services", REAL_ESTATE: "letting"}


def supply_of(resource_type: str, told: str) -> str:
    """Return the kind of supply the source told, or else that of the resource type."""
    return told or BY_RESOURCE.get(resource_type, SERVICES)
