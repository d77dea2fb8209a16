"""What the properties share: a slow machine fails none of them, and where CI decides they try the same every time."""

import os

from hypothesis import settings

settings.register_profile("shared", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("shared")
