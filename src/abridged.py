"""Keeps packages from importing what nothing here uses. It comes before all of them.

An isolate imports 23 modules less for its first page, which takes 56 ms instead of 62, also after a
start from a snapshot: the page imports PyJWT late. docs/performance.md has the measurement.
"""

import os
import sys
from types import ModuleType
from typing import Final

# PyJWT's own way to fetch keys needs urllib.request, http.client and email: more than all else that
# the first page imports. Our keys come by the runtime's fetch (auth/platform_tokens.py).
_FETCHER: Final = ModuleType("jwt.jwks_client")
_FETCHER.PyJWKClient = None  # type: ignore[attr-defined]
sys.modules.setdefault(_FETCHER.__name__, _FETCHER)

# Time zones come from tzdata. To ask where the system has them, sysconfig reads a table of its own.
os.environ.setdefault("PYTHONTZPATH", "")
