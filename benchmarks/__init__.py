"""How fast Duebot is, as ratios against a bare app on the same machine. Nothing here asserts a time."""
