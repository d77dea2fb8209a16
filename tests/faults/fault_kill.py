"""A process that is killed at a step of its work. It does nothing more: a kill is an exception that nobody catches."""

from collections.abc import Callable
from typing import Any

from fault_world import FaultWorld, Process


class Killed(BaseException):
    """The process is gone."""


class Steps:
    """Counts the steps of a process, and kills it at the one that is wanted."""

    def __init__(self, kill_at: int) -> None:
        self.kill_at = kill_at
        self.taken: list[str] = []

    def step(self, name: str) -> None:
        if len(self.taken) >= self.kill_at:
            raise Killed(name)
        self.taken.append(name)

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        async def counted(*words: Any, **named: Any) -> Any:
            self.step(f"before {name}")
            answer = await call(*words, **named)
            self.step(f"after {name}")
            return answer

        return counted


async def doomed(world: FaultWorld, kill_at: int) -> tuple[Process, Steps]:
    """A process that is killed at that step."""
    process = await world.process()
    steps = Steps(kill_at)
    process.lane.write = steps.around("commit", process.lane.write)  # type: ignore[method-assign]  # the test's knife
    client: Any = process.context.gateway._client
    for name in ("post", "put"):
        setattr(client, name, steps.around(name, getattr(client, name)))
    return process, steps
