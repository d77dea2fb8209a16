"""All checks, in the order in which a person would mend what they find."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from bot.config.logs import Redactor, configure_logging
from bot.doctor.address import look_at_address
from bot.doctor.clock import look_at_clock
from bot.doctor.database import look_at_database
from bot.doctor.finding import Finding
from bot.doctor.setup import look_at_keys, look_at_policy, look_at_settings
from bot.doctor.slack import look_at_slack
from bot.doctor.syncro import look_at_syncro
from bot.store.audit import Audit

Tell = Callable[[Finding], None]


async def examine(env_file: Path, tell: Tell) -> list[Finding]:
    """Looks at everything, tells each finding as soon as those before it are told, and returns them all.

    Slack and Syncro are looked at side by side. No finding holds a secret.
    """
    settings, found = look_at_settings(env_file)
    configure_logging("critical", settings.log_format, settings.secrets)
    policy, of_policy = look_at_policy(settings.policy)
    hide = Redactor(settings.secrets).text
    told: list[Finding] = []

    def tell_all(findings: Iterable[Finding]) -> None:
        for one in findings:
            told.append(replace(one, check=hide(one.check), says=hide(one.says), cure=hide(one.cure)))
            tell(told[-1])

    async with asyncio.TaskGroup() as group:
        slack = group.create_task(look_at_slack(settings, policy))
        address = group.create_task(look_at_address(settings))
        syncro = group.create_task(look_at_syncro(settings))
        audit = Audit(settings.audit_key.get_secret_value().encode() if settings.audit_key else b"")
        database = group.create_task(asyncio.to_thread(look_at_database, settings.database_url, audit))
        tell_all([*found, *of_policy])
        tell_all((await slack).findings)
        tell_all([await address])
        tell_all((await syncro).findings)
        tell_all([look_at_clock((await slack).skew, (await syncro).skew)])
        tell_all([*await database, *look_at_keys(settings)])
    return told
