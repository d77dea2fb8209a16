"""Slack's Web API methods, one file per family."""
