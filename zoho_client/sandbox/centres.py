"""Data centres: a company lives in one of them, and the others know neither it nor its tokens."""

from urllib.parse import urlsplit

from zoho_client.sandbox.messages import Request


def is_home(request: Request) -> bool:
    """Whether a call reached the data centre of the company."""
    return urlsplit(request.host).netloc not in request.sandbox.switches.other_centres


def is_api(request: Request) -> bool:
    """Whether a call reached the API of the company's data centre."""
    wanted = request.sandbox.switches.api_domain
    return is_home(request) and (
        not wanted or urlsplit(wanted).netloc == urlsplit(request.host).netloc
    )


def home_of(request: Request) -> str:
    """The address of the company's accounts server."""
    return request.sandbox.switches.home or request.host


def api_domain_of(request: Request) -> str:
    """The address of the company's API."""
    return request.sandbox.switches.api_domain or home_of(request)


def all_of(request: Request) -> dict[str, str]:
    """The accounts servers that are known, by location."""
    switches = request.sandbox.switches
    scheme = urlsplit(request.host).scheme
    others = {place: f"{scheme}://{netloc}" for netloc, place in switches.other_centres.items()}
    return {**others, switches.location: home_of(request)}
