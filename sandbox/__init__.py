"""Stand-ins for Syncro and Slack over real HTTP. Imports nothing of the bot."""
