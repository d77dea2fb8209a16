"""What all tests share: how properties try, and how many tests run side by side."""

import os

import pytest
from hypothesis import settings

# A slow machine fails none of the properties, and where CI decides they try the same every time.
settings.register_profile("shared", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("shared")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of the time tests wait, for what is played over loopback."""
    return (os.cpu_count() or 1) + 1
