"""What an operator wants to know of a Syncro account: does it answer, in which shape, and what may the key do there.

Asks for each thing once, and only reads. Of what comes back nothing is kept but ids, the shape and the rights.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Literal
from urllib.parse import urlsplit

import httpx

from bot.domain.errors import SyncroError
from bot.domain.facts import Abilities
from bot.domain.hosts import is_loopback
from bot.syncro import wire
from bot.syncro.client import Client, Patience
from bot.syncro.gateway import Gateway
from bot.syncro.shape import ShapeName, shape_of
from bot.syncro.status import Task, lost

_ME = Task("read what the key may do", "")
_VERBS = ("read", "write", "delete")
#: How many times as long as one answer may take, the last of those asked for at the same time may take.
_TURNS = 2.5


@dataclass(frozen=True, slots=True)
class Resource:
    """Something to read: ``needs`` is what Syncro calls the permission for it."""

    name: str
    path: str
    needs: str


INVOICES = Resource("invoices", "/invoices", "Invoices – List/Search")
PAYMENTS = Resource("payments", "/payments", "Payments – View List")
CUSTOMERS = Resource("customers", "/customers", "Customers – List/Search")
METHODS = Resource("payment methods", "/payment_methods", "Payments – View List")
PRODUCTS = Resource("products", "/products", "Products – List/Search")
TICKETS = Resource("tickets", "/tickets", "Tickets – List/Search")
USERS = Resource("users", "/users", "Users – List")


@dataclass(frozen=True, slots=True)
class Reading:
    """How asking for one resource ended: ``error`` is ``None`` when it could be read."""

    resource: Resource
    error: SyncroError | None = None


@dataclass(frozen=True, slots=True)
class FirstPage:
    """The newest invoices: the shape that they have (empty: none that Duebot knows), and ids to read one in detail."""

    empty: bool
    shape: ShapeName | Literal[""] = ""
    invoice_id: str = ""
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer from outside: its status (0 before any came), and whether it was a web page."""

    status: int = 0
    web_page: bool = False


class Probe:
    """Looks at the account at ``base_url``: ``async with Probe(base_url, key, timeout=5) as probe``. Times are seconds.

    ``heard`` is the last answer. Raises ``Misconfigured`` like ``Client``.
    """

    def __init__(self, base_url: str, api_key: str, *, timeout: float) -> None:
        self.heard = Heard()
        self._seconds = timeout
        # A proxy from the environment can't reach this machine's own loopback.
        http = httpx.AsyncClient(
            trust_env=not is_loopback(urlsplit(base_url).hostname or ""),
            event_hooks={"response": [self._listen]},
        )
        self._client = Client(
            base_url,
            api_key,
            timeout=timeout,
            connect_timeout=timeout,
            patience=Patience(attempts=1),
            http=http,
        )

    async def __aenter__(self) -> "Probe":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    @property
    def skew(self) -> timedelta | None:
        """Syncro's clock minus ours, to the second; ``None`` while no answer said."""
        return self._client.skew

    def abilities(self, shape: ShapeName) -> Abilities:
        """What an account of this shape can do."""
        return Gateway(self._client, shape, lambda _: "").abilities

    async def first_page(self) -> FirstPage:
        """The first page of invoices. Raises the ``SyncroError`` family; ``heard`` says what came."""
        task = Task("list the invoices", INVOICES.needs)
        rows = wire.rows_in(
            await self._get(INVOICES.path, task, self._seconds, {"page": "1"}), "invoices", task
        )
        first = rows[0] if rows and isinstance(rows[0], Mapping) else {}
        return FirstPage(not rows, shape_of(first), _id(first, "id"), _id(first, "customer_id"))

    async def readings(self, first: FirstPage, shape: ShapeName | Literal[""]) -> list[Reading]:
        """What the bot reads in this shape beside the list of invoices, all asked for at the same time.

        One invoice and one customer are read in detail: those of ``first``, if it has any.
        """
        invoice = Resource("one invoice", f"/invoices/{first.invoice_id}", "Invoices – View Details")
        wanted = [
            *([invoice] if first.invoice_id else []),
            *([PAYMENTS] if shape == "openapi" else []),
            METHODS,
            CUSTOMERS,
            PRODUCTS,
            TICKETS,
            USERS,
        ]
        customer = [self._try_customer(first.customer_id)] if first.customer_id else []
        return list(await asyncio.gather(*map(self._try, wanted), *customer))

    async def _try_customer(self, customer_id: str) -> Reading:
        """One customer as the bot reads them: where they have no page of their own, from the list."""
        resource = Resource("one customer", f"/customers/{customer_id}", "Customers – View Detail")
        task = Task(f"read {resource.name}", resource.needs)
        try:
            async with asyncio.timeout(_TURNS * self._seconds):
                await Gateway(self._client, "", lambda _: "").customer(customer_id)
        except SyncroError as error:
            return Reading(resource, error)
        except TimeoutError:
            return Reading(resource, lost(task, "Syncro did not answer in time"))
        return Reading(resource)

    async def _try(self, resource: Resource) -> Reading:
        task = Task(f"read {resource.name}", resource.needs)
        try:
            if not isinstance(await self._get_in_turn(resource.path, task), Mapping):
                raise wire.garbled(task, "it holds nothing")
        except SyncroError as error:
            return Reading(resource, error)
        return Reading(resource)

    async def rights(self) -> Mapping[str, frozenset[str]]:
        """What the key may do by resource (lower case), of ``read``, ``write``, ``delete``; empty when it isn't said.

        Syncro's answer also holds a token of the user's, and their name and address. None of it leaves this function.
        Raises the ``SyncroError`` family.
        """
        answer = await self._get_in_turn("/me", _ME)
        told = answer.get("permissions") if isinstance(answer, Mapping) else None
        return {
            str(resource).lower(): frozenset(verb for verb in _VERBS if _says_yes(verbs.get(verb)))
            for resource, verbs in (told.items() if isinstance(told, Mapping) else ())
            if isinstance(verbs, Mapping)
        }

    async def _get_in_turn(self, path: str, task: Task) -> object:
        """One of several at the same time, of which only a few are let go at once."""
        return await self._get(path, task, _TURNS * self._seconds)

    async def _get(
        self, path: str, task: Task, seconds: float, params: Mapping[str, str] | None = None
    ) -> object:
        try:
            async with asyncio.timeout(seconds):
                return await self._client.get(path, task, params)
        except TimeoutError:
            raise lost(task, "Syncro did not answer in time") from None

    async def _listen(self, response: httpx.Response) -> None:
        kind = response.headers.get("content-type", "")
        self.heard = Heard(response.status_code, kind.startswith("text/html"))


def _says_yes(value: object) -> bool:
    return str(value).lower() in ("true", "1")


def _id(row: Mapping[str, object], name: str) -> str:
    """An id as part of a path; empty text for what can't be one."""
    text = str(row.get(name, ""))
    return text if wire.is_id(text) else ""
