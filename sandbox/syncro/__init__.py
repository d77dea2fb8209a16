"""A stand-in for Syncro's API over real HTTP, with state, strictness and failures on order."""

from sandbox.syncro.faults import Fault, Faults
from sandbox.syncro.server import BASE, Limits, Request, SyncroSandbox

__all__ = ["BASE", "Fault", "Faults", "Limits", "Request", "SyncroSandbox"]
