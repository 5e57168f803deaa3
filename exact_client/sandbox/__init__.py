"""The stand-in for Exact Online: a company with books, served as WSGI, in-process or on a port."""

from exact_client.sandbox.adapter import SandboxAdapter
from exact_client.sandbox.app import ExactSandbox
from exact_client.sandbox.calls import Call
from exact_client.sandbox.faults import Fault
from exact_client.sandbox.server import run_on_port, serve

__all__ = ["Call", "ExactSandbox", "Fault", "SandboxAdapter", "run_on_port", "serve"]
