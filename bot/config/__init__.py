"""What the operator decides: settings from the environment, the policy from its file. Only the roof reads this."""

from bot.config.policy_file import calendar_of, load_policy
from bot.config.settings import Settings, SlackAccess, SyncroAccess

__all__ = ["Settings", "SlackAccess", "SyncroAccess", "calendar_of", "load_policy"]
