"""A slow machine must not fail a property: examples have no deadline."""

from hypothesis import settings

settings.register_profile("domain", deadline=None, max_examples=60)
settings.load_profile("domain")
