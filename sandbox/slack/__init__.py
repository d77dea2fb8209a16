"""A stand-in for Slack: Web API, delivery to a bot, Slack's documented limits, and people who click."""
