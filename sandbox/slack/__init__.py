"""A stand-in for Slack: Web API, delivery to a bot, Slack's documented limits, and people who click.

In a test: `sandbox = SlackSandbox(Clock())`, `await sandbox.start()`, point the bot at `sandbox.api_url`
and `sandbox.bot_url` at the bot; then `casey = Person(sandbox, "U0CLERK")` runs commands, clicks buttons by
their text, fills in forms by their labels and waits for what they see. A good run ends with
`sandbox.problems == []`.
"""
