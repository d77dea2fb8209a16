"""How the bot itself is doing: counts for ``/metrics``, without any name or amount."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from bot.domain.refusals import Refusals
from bot.store import approvals, operations, outbox
from bot.syncro.client import Client
from bot.use_cases.context import Context
from bot.use_cases.mirror import synced_at

#: What is counted by state: the figure's name, what it says, and the ledger's own count.
_LEDGERS = (
    ("duebot_operations", "Writes to Syncro, by state", operations.count_by_state),
    ("duebot_outbox", "Messages to Slack, by state", outbox.count_by_state),
    ("duebot_approvals", "Requests for approval, by state", approvals.count_by_state),
)


class Vitals:
    """Reads the figures when they are asked for.

    ``syncro`` is the client that all requests to Syncro share, ``refusals`` what all doors count in.
    """

    def __init__(self, context: Context, syncro: Client, refusals: Refusals) -> None:
        self._context = context
        self._syncro = syncro
        self._refusals = refusals

    async def check(self) -> None:
        """Raises a store error when the database doesn't answer."""
        await self._context.lane.read(lambda tx: tx.one("SELECT 1 AS one"))

    async def exposition(self, tasks: int) -> bytes:
        """Prometheus text: ledgers by state, the copy's age, tasks, traffic with Syncro, what was refused."""
        registry = CollectorRegistry()
        for name, says, count in _LEDGERS:
            gauge = Gauge(name, says, ["state"], registry=registry)
            for state, number in (await self._context.lane.read(count)).items():
                gauge.labels(state).set(number)
        Gauge("duebot_tasks", "Requests being worked on", registry=registry).set(tasks)
        age = Gauge(
            "duebot_mirror_age_seconds", "Seconds since the last complete sync began", registry=registry
        )
        at = await synced_at(self._context)
        age.set((self._context.now() - at).total_seconds() if at else float("nan"))
        Gauge(
            "duebot_syncro_circuit_open",
            "1 while Syncro is left alone, as it doesn't answer",
            registry=registry,
        ).set(self._syncro.circuit_open)
        registry.register(_Traffic(self._syncro))
        registry.register(_Refused(self._refusals))
        return generate_latest(registry)


class _Traffic(Collector):
    """What the client has counted since the start."""

    def __init__(self, syncro: Client) -> None:
        self._traffic = syncro.traffic

    def collect(self) -> Iterable[CounterMetricFamily]:
        """Requests by lane and outcome, and how long they waited for their turn."""
        requests = CounterMetricFamily(
            "duebot_syncro_requests_total", "Requests to Syncro", labels=["lane", "outcome"]
        )
        for (lane, outcome), number in self._traffic.requests.items():
            requests.add_metric([lane, outcome], number)
        yield requests
        waited = CounterMetricFamily(
            "duebot_syncro_wait_seconds_total", "Seconds that requests waited for their turn", labels=["lane"]
        )
        for lane, seconds in self._traffic.waited.items():
            waited.add_metric([lane], seconds)
        yield waited


class _Refused(Collector):
    """What was turned away since the start."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    def collect(self) -> Iterable[CounterMetricFamily]:
        """Requests by reason."""
        refused = CounterMetricFamily("duebot_refused_total", "Requests turned away", labels=["reason"])
        for reason, number in self._refusals.counts.items():
            refused.add_metric([reason.value], number)
        yield refused
