"""Limits of keys and of models: requests and tokens a minute, requests at once, dollars in all.

`rules` says what a request has to fit under, a store counts: `memory` for one process, `shared` in Redis for all.
"""

from mosseval_proxy.limits.leases import Lease, Limits, Store
from mosseval_proxy.limits.memory import MemoryStore
from mosseval_proxy.limits.rules import estimate

__all__ = ["Lease", "Limits", "MemoryStore", "Store", "estimate"]
