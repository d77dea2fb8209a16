"""How the bot itself is doing: counts for ``/metrics``, without any name or amount."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from bot.store import operations, outbox
from bot.use_cases.context import Context
from bot.use_cases.mirror import synced_at


class Vitals:
    """Reads the figures when they are asked for; nothing is counted in between."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def check(self) -> None:
        """Raises a store error when the database doesn't answer."""
        await self._context.lane.read(lambda tx: tx.one("SELECT 1 AS one"))

    async def exposition(self, tasks: int) -> bytes:
        """Prometheus text: operations and outbox by state, the mirror's age in seconds, running tasks."""
        registry = CollectorRegistry()
        by_state = await self._context.lane.read(operations.count_by_state)
        posts = await self._context.lane.read(outbox.count_by_state)
        writes = Gauge("duebot_operations", "Writes to Syncro, by state", ["state"], registry=registry)
        for state, number in by_state.items():
            writes.labels(state).set(number)
        messages = Gauge("duebot_outbox", "Messages to Slack, by state", ["state"], registry=registry)
        for state, number in posts.items():
            messages.labels(state).set(number)
        Gauge("duebot_tasks", "Requests being worked on", registry=registry).set(tasks)
        age = Gauge(
            "duebot_mirror_age_seconds", "Seconds since the last complete sync began", registry=registry
        )
        at = await synced_at(self._context)
        age.set((self._context.now() - at).total_seconds() if at else float("nan"))
        return generate_latest(registry)
