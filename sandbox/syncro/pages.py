"""Plain pages, so that "Open in Syncro" lands somewhere in the demo."""

from html import escape

from aiohttp import web

from sandbox.company import Company, NoSuch
from sandbox.company.records import Invoice, to_dollars

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#1d1c1d}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{padding:.4rem;border-bottom:1px solid #ddd;text-align:left}"
    "td.n,th.n{text-align:right}pre{white-space:pre-wrap;font:inherit}"
)


class Pages:
    """One page per invoice, outside the API."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def routes(self) -> list[web.RouteDef]:
        """The routes, relative to the server's root."""
        return [web.get("/invoices/{id:[0-9]+}", self.invoice)]

    async def invoice(self, request: web.Request) -> web.Response:
        """The invoice as a person sees it."""
        try:
            invoice = self._company.invoice(int(request.match_info["id"]))
        except NoSuch:
            return _page("Not found", "<p>There is no such invoice.</p>", 404)
        return _page(invoice.number, self._body(invoice))

    def _body(self, invoice: Invoice) -> str:
        company = self._company
        customer = company.customer(invoice.customer_id).business_name
        due = invoice.due_date.isoformat() if invoice.due_date else "no due date"
        lines = [
            (line.name, f"{line.quantity:f}", f"{line.price:,.2f}", _dollars(line.total))
            for line in invoice.lines
        ]
        sums = (("Subtotal", invoice.subtotal), ("Tax", invoice.tax), ("Total", invoice.total))
        totals = [
            (name, "", "", _dollars(cents)) for name, cents in (*sums, ("Balance", company.balance(invoice)))
        ]
        payments = [
            (
                payment.date.isoformat(),
                payment.method,
                payment.reference,
                _dollars(payment.shares[invoice.id]),
            )
            for payment in company.payments_of(invoice.id)
        ]
        return (
            f"<p>{escape(customer)}<br>Dated {invoice.date.isoformat()}, due {due}"
            f"<br>Status: {company.status(invoice)}</p>"
            + _table(("Item", "Quantity", "Price", "Total"), [*lines, *totals])
            + "<h2>Payments</h2>"
            + _table(("Date", "Method", "Reference", "Amount"), payments)
            + f"<h2>Notes</h2><pre>{escape(invoice.notes)}</pre>"
        )


def _dollars(cents: int) -> str:
    return f"{to_dollars(cents):,.2f}"


def _table(head: tuple[str, ...], rows: list[tuple[str, str, str, str]]) -> str:
    def cells(tag: str, row: tuple[str, ...]) -> str:
        last = len(row) - 1
        return "".join(
            f"<{tag}{' class=n' if index == last else ''}>{escape(cell)}</{tag}>"
            for index, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><tr>{cells('th', head)}</tr>{body}</table>"


def _page(title: str, body: str, status: int = 200) -> web.Response:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><p><small>Syncro stand-in, sample data</small></p>"
        f"<h1>{escape(title)}</h1>{body}</body></html>"
    )
    return web.Response(text=text, status=status, content_type="text/html")
