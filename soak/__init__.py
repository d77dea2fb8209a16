"""Years of a fictional company in minutes: the bot's own schedule over both stand-ins, every day of it checked."""
