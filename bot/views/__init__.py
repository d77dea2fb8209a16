"""Pure functions from facts to Block Kit. Nothing here fetches."""
