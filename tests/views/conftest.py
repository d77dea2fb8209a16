"""Each gallery entry in turn."""

from typing import Any

import pytest
from views_walk import ENTRIES


@pytest.fixture(params=sorted(ENTRIES))
def entry(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A gallery entry."""
    return ENTRIES[request.param]
