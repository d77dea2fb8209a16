"""Customers, tickets, products, payment methods and users: the same rows whatever shape invoices have."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from aiohttp import web

from sandbox.company import Company
from sandbox.company.book import BUSINESS_ZONE
from sandbox.company.records import Customer, Line, Product, Schedule, Ticket, Timer, to_cents, to_dollars
from sandbox.syncro.permissions import Permissions
from sandbox.syncro.wire import answer, invalid, paged, path_id, query_whole

CUSTOMERS_PAGE, TICKETS_PAGE, PRODUCTS_PAGE, SCHEDULES_PAGE = 100, 50, 25, 25
_FOUND_BY_AUTOCOMPLETE = 10


class Directory:
    """Handlers over the company's books; all of them only read."""

    def __init__(self, company: Company, permissions: Permissions) -> None:
        self._company = company
        self._permissions = permissions

    def routes(self) -> list[web.RouteDef]:
        """The routes, relative to the API's base."""
        return [
            web.get("/customers", self.customers),
            web.get("/customers/autocomplete", self.autocomplete),
            web.get("/customers/{id}", self.customer),
            web.get("/tickets", self.tickets),
            web.get("/tickets/{id}", self.ticket),
            web.get("/products", self.products),
            web.get("/schedules", self.schedules),
            web.get("/payment_methods", self.payment_methods),
            web.get("/users", self.users),
            web.get("/me", self.me),
            web.get("/settings", self.settings),
        ]

    async def customers(self, request: web.Request) -> web.Response:
        """By name or as ``sort`` says, 100 a page; disabled ones only with ``include_disabled=true``."""
        query = request.query
        ids = {int(text) for text in query.getall("id[]", []) if text.isdecimal()}
        found = [
            customer
            for customer in self._by_name(with_disabled=query.get("include_disabled") == "true")
            if _holds(query.get("query"), _searched(customer))
            and _holds(query.get("business_name"), (customer.business_name,))
            and _holds(query.get("email"), (customer.email or "",))
            and (not ids or customer.id in ids)
        ]
        rows, meta = paged(
            request, _sorted(request, [customer_row(customer) for customer in found]), CUSTOMERS_PAGE
        )
        return answer({"customers": rows, "meta": meta})

    async def autocomplete(self, request: web.Request) -> web.Response:
        """A few customers whose name holds the text."""
        text = request.query.get("query", "")
        found = [customer for customer in self._by_name() if text and _holds(text, _searched(customer))]
        return answer({"customers": [customer_row(customer) for customer in found[:_FOUND_BY_AUTOCOMPLETE]]})

    async def customer(self, request: web.Request) -> web.Response:
        """One customer, disabled or not."""
        return answer({"customer": customer_row(self._company.customer(path_id(request)))})

    async def tickets(self, request: web.Request) -> web.Response:
        """Newest first, 50 a page, without timers and charges."""
        customer_id = query_whole(request, "customer_id")
        number, status = request.query.get("number"), request.query.get("status")
        since = moment(request, "since_updated_at")
        found = [
            ticket
            for ticket in sorted(self._company.tickets.values(), key=lambda ticket: -ticket.id)
            if (customer_id is None or ticket.customer_id == customer_id)
            and (number is None or str(ticket.number) == number)
            and (status is None or ticket.status == status)
            and (since is None or ticket.updated_at >= since)
        ]
        page, meta = paged(request, found, TICKETS_PAGE)
        return answer({"tickets": [_ticket_header(ticket) for ticket in page], "meta": meta})

    async def ticket(self, request: web.Request) -> web.Response:
        """One ticket with its timers and charges."""
        return answer({"ticket": ticket_row(self._company.ticket(path_id(request)))})

    async def products(self, request: web.Request) -> web.Response:
        """The catalogue by name, 25 a page."""
        products = sorted(self._company.products.values(), key=lambda product: product.name)
        text = request.query.get("query")
        found = [product for product in products if _holds(text, (product.name, product.description))]
        page, meta = paged(request, found, PRODUCTS_PAGE)
        return answer({"products": [_product_row(product) for product in page], "meta": meta})

    async def schedules(self, request: web.Request) -> web.Response:
        """Recurring invoices, 25 a page."""
        customer_id = query_whole(request, "customer_id")
        found = [
            schedule
            for schedule in self._company.schedules.values()
            if customer_id in (None, schedule.customer_id)
        ]
        page, meta = paged(request, found, SCHEDULES_PAGE)
        return answer({"schedules": [_schedule_row(schedule) for schedule in page], "meta": meta})

    async def payment_methods(self, _: web.Request) -> web.Response:
        """Names and ids."""
        methods = [
            {"id": 71 + index, "name": name} for index, name in enumerate(self._company.payment_methods)
        ]
        return answer({"payment_methods": methods})

    async def users(self, _: web.Request) -> web.Response:
        """Pairs of id and name, as Syncro writes them."""
        return answer({"users": [[user.id, user.name] for user in self._company.users.values()]})

    async def me(self, _: web.Request) -> web.Response:
        """Who the key belongs to. ``user_token`` is a secret that a client must drop."""
        user = next(iter(self._company.users.values()))
        return answer(
            {
                "user_id": user.id,
                "user_name": user.name,
                "user_email": "robin@msp.example",
                "user_token": "sandbox-user-token-never-log-this",
                "permissions": self._permissions.by_resource(),
            }
        )

    async def settings(self, _: web.Request) -> web.Response:
        """Account settings, which say nothing about reminders or late fees."""
        return answer(
            {
                "customers": {"required_fields": None, "customer_fields": []},
                "locale": {
                    "iso_code": "en",
                    "currency_symbol": "$",
                    "date_format": "mm-dd-yy",
                    "time_zone": BUSINESS_ZONE.key,
                },
                "ticket": {"ticket_types": [], "problem_types": ["Hardware", "Software", "Other"]},
                "business_hours_enabled": False,
            }
        )

    def _by_name(self, *, with_disabled: bool = False) -> Iterable[Customer]:
        customers = self._company.customers.values()
        shown = (customer for customer in customers if with_disabled or not customer.disabled)
        return sorted(shown, key=lambda customer: customer.business_name.casefold())


def customer_row(customer: Customer) -> dict[str, Any]:
    """A customer as Syncro writes it. ``online_profile_url`` holds a login key that a client must drop."""
    return {
        "id": customer.id,
        "firstname": customer.first_name,
        "lastname": customer.last_name,
        "fullname": customer.full_name,
        "business_name": customer.business_name,
        "business_then_name": customer.called,
        "email": customer.email,
        "notification_email": customer.notification_email,
        "invoice_cc_emails": ", ".join(customer.cc_emails),
        "invoice_term_id": None,
        "phone": customer.phone,
        "address": customer.address,
        "city": customer.city,
        "state": customer.state,
        "zip": customer.zip,
        "no_email": customer.no_email,
        "opt_out": customer.opt_out,
        "disabled": customer.disabled,
        "online_profile_url": f"https://msp.example/my_profile/v2/login/{customer.portal_key}",
        "created_at": stamp(customer.created_at),
        "contacts": [
            {
                "id": contact.id,
                "customer_id": customer.id,
                "name": contact.name,
                "email": contact.email,
                "phone": contact.phone,
            }
            for contact in customer.contacts
        ],
    }


def ticket_row(ticket: Ticket) -> dict[str, Any]:
    """A ticket with its timers and charges."""
    return {
        **_ticket_header(ticket),
        "ticket_timers": [_timer_row(timer) for timer in ticket.timers],
        "line_items": [_charge_row(line) for line in ticket.lines],
    }


def _ticket_header(ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "number": ticket.number,
        "subject": ticket.subject,
        "customer_id": ticket.customer_id,
        "status": ticket.status,
        "created_at": stamp(ticket.created_at),
        "updated_at": stamp(ticket.updated_at),
    }


def _timer_row(timer: Timer) -> dict[str, Any]:
    return {
        "id": timer.id,
        "user_id": timer.user_id,
        "start_time": stamp(timer.started_at),
        "billable_time": timer.minutes,
        "billable": timer.billable,
        "recorded": timer.recorded,
        "notes": timer.notes,
    }


def _charge_row(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "item": line.name,
        "name": line.name,
        "quantity": str(line.quantity),
        "price": str(line.price),
        "taxable": line.taxable,
        "product_id": line.product_id,
    }


def _product_row(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "name": product.name,
        "description": product.description,
        "price_retail": product.price,
        "price_cost": product.cost,
        "taxable": product.taxable,
    }


def _schedule_row(schedule: Schedule) -> dict[str, Any]:
    return {
        "id": schedule.id,
        "customer_id": schedule.customer_id,
        "name": schedule.name,
        "frequency": schedule.frequency,
        "next_run": schedule.next_run.isoformat(),
        "subtotal": to_dollars(sum(line.total for line in schedule.lines)),
        "paused": schedule.paused,
        "email_customer": schedule.email_customer,
        "lines": [
            {
                "id": line.id,
                "name": line.name,
                "quantity": str(line.quantity),
                "retail_cents": to_cents(line.price),
                "product_id": line.product_id,
            }
            for line in schedule.lines
        ],
    }


def _sorted(request: web.Request, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows in the order of ``sort``, such as ``email DESC``; an unknown field changes nothing."""
    name, _, direction = request.query.get("sort", "").partition(" ")
    return sorted(
        rows, key=lambda row: str(row.get(name) or "").casefold(), reverse=direction.upper() == "DESC"
    )


def _searched(customer: Customer) -> tuple[str, ...]:
    return customer.business_name, customer.full_name, customer.email or ""


def _holds(text: str | None, fields: Iterable[str]) -> bool:
    """Whether any of the fields holds the text; no text fits everything."""
    return text is None or any(text.casefold() in field.casefold() for field in fields)


def moment(request: web.Request, name: str) -> datetime | None:
    """A moment of the query string; without an offset it is the business's local time. Raises ``ApiError`` 400."""
    text = request.query.get(name)
    if text is None:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"{name} must be a time (ISO 8601)") from None
    return given if given.tzinfo else given.replace(tzinfo=BUSINESS_ZONE)


def stamp(moment: datetime) -> str:
    """A moment as Syncro writes it: the business's local time with its offset."""
    return moment.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds")
