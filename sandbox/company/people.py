"""Customers, staff, catalogue and tickets of the sample company."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sandbox.company import names
from sandbox.company.book import Company
from sandbox.company.records import Contact, Customer, Line, Product, Schedule, Ticket, Timer, User

EXAMPLE_TICKET = 5567


def add_people(company: Company, random: Random) -> None:
    """Enter staff, catalogue, customers and tickets."""
    now = company.clock.now()
    company.users = {number: User(number, name) for number, name in enumerate(names.STAFF, start=1)}
    company.products = {
        9001 + index: Product(9001 + index, name, description, Decimal(price), Decimal(cost), taxable)
        for index, (name, description, price, cost, taxable) in enumerate(names.PRODUCTS)
    }
    everybody = names.SPECIAL + names.PLAIN
    company.enter(_customer(301 + index, name, now, random) for index, name in enumerate(everybody))
    _single_out(company)
    customer_ids = [customer.id for customer in company.customers.values() if not customer.disabled]
    for index, (subject, status) in enumerate(names.TICKETS):
        customer_id = random.choice(customer_ids)
        ticket = _ticket(company, index, subject, status, customer_id, now, random)
        company.tickets[ticket.id] = ticket
    _single_out_ticket(company)
    company.schedules = {schedule.id: schedule for schedule in _schedules(company)}


def _schedules(company: Company) -> Iterator[Schedule]:
    """A few recurring invoices, one of them paused."""
    workstation, server, *_ = company.products.values()
    next_run = (company.today().replace(day=1) + timedelta(days=32)).replace(day=1)
    for index, (name, frequency) in enumerate(names.SCHEDULES):
        customer_id = company.customer_by_name(name).id
        lines = tuple(
            Line(
                62001 + index * 10 + number,
                product.name,
                Decimal(quantity),
                product.price,
                product.taxable,
                product.id,
            )
            for number, (product, quantity) in enumerate(((workstation, 12 - index), (server, 1)))
        )
        paused = frequency == "Quarterly"
        yield Schedule(801 + index, customer_id, "Managed services", frequency, next_run, lines, paused)


def _domain(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"{slug}.example"


def _customer(customer_id: int, name: str, now: datetime, random: Random) -> Customer:
    domain = _domain(name)
    first, last = random.choice(names.FIRST), random.choice(names.LAST)
    helper = random.choice(names.FIRST)
    city, state, zip_code = random.choice(names.CITIES)
    phone = f"+1 555 01{random.randrange(100):02d}"
    return Customer(
        id=customer_id,
        business_name=name,
        first_name=first,
        last_name=last,
        email=f"{first.lower()}@{domain}",
        notification_email=f"billing@{domain}" if random.random() < 0.6 else None,
        cc_emails=(f"accounts@{domain}",) if random.random() < 0.3 else (),
        phone=phone,
        address=f"{random.randrange(1, 400)} {random.choice(names.STREETS)}",
        city=city,
        state=state,
        zip=zip_code,
        portal_key=f"{random.getrandbits(96):024x}",
        created_at=now - timedelta(days=random.randrange(430, 1500), minutes=random.randrange(600)),
        contacts=(
            Contact(customer_id * 10, f"{first} {last}", f"{first.lower()}@{domain}", phone),
            Contact(customer_id * 10 + 1, f"{helper} {last}", f"office@{domain}", phone),
        ),
    )


def _single_out(company: Company) -> None:
    """Make the awkward customers awkward."""
    company.customer_by_name(names.MARKUP).email = "angle@markup.example"
    acme = company.customer_by_name(names.ACME_WIDGETS)
    acme.notification_email = "billing@acme-widgets.example"
    silent = company.customer_by_name(names.NO_ADDRESS)
    silent.email, silent.notification_email, silent.cc_emails, silent.contacts = None, None, (), ()
    company.customer_by_name(names.OPTED_OUT).opt_out = True
    company.customer_by_name(names.NO_EMAIL).no_email = True
    company.customer_by_name(names.DISABLED).disabled = True
    group, lab = (
        company.customer_by_name("Lakeshore Dental Group"),
        company.customer_by_name("Lakeshore Dental Lab"),
    )
    group.email, lab.email = "group@lakeshore-dental.example", "lab@lakeshore-dental.example"


def _single_out_ticket(company: Company) -> None:
    """Ticket 5567, which examples talk about: Acme Widgets, with time to bill, billed time and a charge."""
    ticket = next(ticket for ticket in company.tickets.values() if ticket.number == EXAMPLE_TICKET)
    start, product = ticket.created_at, next(iter(company.products.values()))
    timers = (
        Timer(60901, 1, start + timedelta(hours=1), 90, True, False, "Replaced the failed disk"),
        Timer(60902, 2, start + timedelta(hours=4), 30, True, False, "Ran and checked the backup"),
        Timer(60903, 2, start + timedelta(hours=6), 15, False, False, "Wrote the report"),
        Timer(60904, 1, start + timedelta(hours=7), 60, True, True, "Trained the office"),
    )
    charge = Line(61901, product.name, Decimal(1), product.price, product.taxable, product.id)
    customer_id = company.customer_by_name(names.ACME_WIDGETS).id
    company.tickets[ticket.id] = replace(ticket, customer_id=customer_id, timers=timers, lines=(charge,))


def _ticket(
    company: Company, index: int, subject: str, status: str, customer_id: int, now: datetime, random: Random
) -> Ticket:
    opened = now - timedelta(days=random.randrange(1, 40), minutes=random.randrange(600))
    timers = tuple(
        Timer(
            id=60001 + index * 10 + number,
            user_id=random.choice(list(company.users)),
            started_at=opened + timedelta(hours=number * 3 + 1),
            minutes=random.choice((15, 30, 45, 50, 60, 95, 120)),
            billable=random.random() < 0.8,
            recorded=random.random() < 0.3,
            notes=random.choice(
                ("Talked with the office", "Worked remotely", "On site", "Tested and documented")
            ),
        )
        for number in range(random.randrange(1, 5))
    )
    charges = random.sample(list(company.products.values()), random.randrange(3))
    lines = tuple(
        Line(
            61001 + index * 10 + number, product.name, Decimal(1), product.price, product.taxable, product.id
        )
        for number, product in enumerate(charges)
    )
    return Ticket(401 + index, 5560 + index, subject, customer_id, status, opened, opened, timers, lines)
