"""The door for people: Slack requests come in here and answers go out."""
