"""A stand-in for zapfloor's API: what public code hints at, and guesses where nothing is known."""

from sync.zapfloor.sandbox.app import ZapfloorSandbox as ZapfloorSandbox
from sync.zapfloor.sandbox.server import run_on_port as run_on_port
