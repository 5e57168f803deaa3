"""The stand-in for Zoho CRM: a company with records, served as WSGI, in-process or on a port."""

from zoho_client.sandbox.adapter import SandboxAdapter
from zoho_client.sandbox.app import ZohoSandbox
from zoho_client.sandbox.calls import Call
from zoho_client.sandbox.faults import Fault
from zoho_client.sandbox.server import run_on_port, serve

__all__ = ["Call", "Fault", "SandboxAdapter", "ZohoSandbox", "run_on_port", "serve"]
