"""A few calls for other processes on the same machine: order faults and oddities, see what arrived."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.company import Company, NoSuch
from sandbox.syncro.faults import Faults, Handler
from sandbox.syncro.guide import payment_row
from sandbox.syncro.oddities import Oddities
from sandbox.syncro.permissions import Permissions
from sandbox.syncro.wire import ApiError, Fields, answer, invalid, path_id, query_whole, read_object


class Control:
    """Handlers under ``/sandbox/``."""

    def __init__(
        self,
        company: Company,
        faults: Faults,
        requests: Iterable[Any],
        oddities: Oddities,
        permissions: Permissions,
    ) -> None:
        self._company = company
        self._faults = faults
        self._requests = requests
        self._oddities = oddities
        self._permissions = permissions

    def app(self) -> web.Application:
        """The calls as an application of their own."""
        app = web.Application(middlewares=[_worded])
        app.add_routes(
            [
                web.get("/faults", self.show_faults),
                web.post("/faults", self.add_fault),
                web.delete("/faults", self.clear_faults),
                web.post("/late", self.land_late),
                web.get("/clock", self.show_clock),
                web.get("/requests", self.show_requests),
                web.get("/payments", self.show_payments),
                web.get("/emails", self.show_emails),
                web.get("/oddities", self.show_oddities),
                web.post("/oddities", self.set_oddities),
                web.get("/permissions", self.show_permissions),
                web.post("/permissions", self.set_permissions),
                web.delete("/invoices/{id}", self.delete_invoice),
                web.post("/payments/{id}/fail", self.fail_payment),
            ]
        )
        return app

    async def show_faults(self, _: web.Request) -> web.Response:
        """Orders and how often each kind struck."""
        orders = [asdict(order) for order in self._faults.orders]
        late = self._faults.pending_late
        return web.json_response({"faults": orders, "counts": self._faults.counts, "pending_late": late})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Order a fault: the fields are the arguments of ``Faults.add``."""
        names = ("match", "kind", "times", "skip", "status", "seconds", "retry_after", "message")
        fields = Fields(await read_object(request), names)
        fields.require("match")
        seconds = fields.number("seconds")
        try:
            fault = self._faults.add(
                fields.text("match"),
                fields.text("kind"),
                times=fields.whole("times") if "times" in fields else 1,
                skip=fields.whole("skip") or 0,
                status=fields.whole("status") or 500,
                seconds=None if seconds is None else float(seconds),
                retry_after=fields.text("retry_after") or None,
                message=fields.text("message") or None,
            )
        except ValueError as unknown_kind:
            raise invalid(str(unknown_kind)) from None
        return web.json_response(asdict(fault), status=201)

    async def clear_faults(self, _: web.Request) -> web.Response:
        """Drop all orders."""
        self._faults.clear()
        return web.json_response({"faults": []})

    async def land_late(self, _: web.Request) -> web.Response:
        """Let pending late commits land now."""
        await self._faults.land_late()
        return web.json_response({"pending_late": self._faults.pending_late})

    async def show_clock(self, _: web.Request) -> web.Response:
        """The stand-in's time (UTC) and the business's date."""
        now, today = self._company.clock.now(), self._company.today()
        return web.json_response({"now": now.isoformat(), "today": today.isoformat()})

    async def show_requests(self, _: web.Request) -> web.Response:
        """Every API call that arrived, oldest first."""
        rows = [{**asdict(seen), "at": seen.at.isoformat()} for seen in self._requests]
        return answer({"requests": rows})

    async def show_payments(self, request: web.Request) -> web.Response:
        """All payments, account credit too, or those of ``invoice_id``."""
        wanted = query_whole(request, "invoice_id")
        rows = [
            payment_row(payment, invoice_id)
            for payment in self._company.payments.values()
            for invoice_id in payment.shares or (None,)
            if wanted in (None, invoice_id)
        ]
        return answer({"payments": rows})

    async def fail_payment(self, request: web.Request) -> web.Response:
        """Somebody in Syncro's screens marks a payment as unsuccessful."""
        self._company.fail_payment(path_id(request))
        return answer({"success": True})

    async def delete_invoice(self, request: web.Request) -> web.Response:
        """Somebody in Syncro's screens deletes an invoice."""
        self._company.delete_invoice(path_id(request))
        return answer({"success": True})

    async def show_oddities(self, _: web.Request) -> web.Response:
        """The oddities of the published API as they are now."""
        return web.json_response(asdict(self._oddities))

    async def set_oddities(self, request: web.Request) -> web.Response:
        """Set those that are named."""
        try:
            self._oddities.change(await read_object(request))
        except ValueError as wrong:
            raise invalid(str(wrong)) from None
        return web.json_response(asdict(self._oddities))

    async def show_permissions(self, _: web.Request) -> web.Response:
        """The permissions that the key's user lacks."""
        return web.json_response({"taken": self._permissions.taken})

    async def set_permissions(self, request: web.Request) -> web.Response:
        """Take permissions away and give them back, by name."""
        fields = Fields(await read_object(request), ("take", "give"))
        try:
            for name in fields.items("take"):
                self._permissions.take(str(name))
            for name in fields.items("give"):
                self._permissions.give(str(name))
        except ValueError as unknown:
            raise invalid(str(unknown)) from None
        return web.json_response({"taken": self._permissions.taken})

    async def show_emails(self, _: web.Request) -> web.Response:
        """The outbox: every invoice email that left, oldest first."""
        rows = [{**asdict(email), "sent_at": email.sent_at.isoformat()} for email in self._company.emails]
        return web.json_response({"emails": rows})


@web.middleware
async def _worded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What isn't there, or can't be, in Syncro's words."""
    try:
        return await handler(request)
    except NoSuch:
        return ApiError(404, "Not found").response()
    except ApiError as error:
        return error.response()
