"""Block Kit as Slack documents it: shapes, limits, and what inputs hold."""
