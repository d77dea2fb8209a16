"""A stand-in for Syncro's API over real HTTP, with state, strictness and failures on order."""

from sandbox.syncro.faults import Fault, Faults
from sandbox.syncro.oddities import Oddities
from sandbox.syncro.server import BASE, Limits, Request, Shape, SyncroSandbox

__all__ = ["BASE", "Fault", "Faults", "Limits", "Oddities", "Request", "Shape", "SyncroSandbox"]
