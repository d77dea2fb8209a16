"""The Slack edge: posting, updating, people and channels; Slack's codes become our words here."""
