"""What stops a contact: facts about the invoice, about the customer, and about the sum."""

from collections.abc import Collection, Mapping
from typing import Literal

from bot.domain.contacts import Reason, Stop
from bot.domain.invoice import Customer, Invoice, Status
from bot.domain.money import from_minor, say_money
from bot.domain.policy import Policy

OpenState = Literal["operation_open", "operation_unknown"]

_ENDED = {
    Status.PAID: Stop(Reason.PAID, "It is paid."),
    Status.VOID: Stop(Reason.VOID, "It is void."),
    Status.DRAFT: Stop(Reason.DRAFT, "It is a draft and has not been sent to the customer."),
}


def invoice_stop(
    invoice: Invoice, operations_open: Mapping[str, OpenState], unknown_contacts: Collection[str]
) -> Stop | None:
    """Why this invoice is held on both tracks, or ``None``. ``unknown_contacts`` are ids that such a one listed."""
    if invoice.status in _ENDED:
        return _ENDED[invoice.status]
    if operations_open.get(invoice.id) == "operation_unknown":
        return Stop(
            Reason.OPERATION_UNKNOWN,
            "It is not known whether the last change to it reached Syncro. A person must decide that first.",
        )
    if invoice.id in unknown_contacts:
        return Stop(
            Reason.OPERATION_UNKNOWN,
            "It is not known whether the last contact about it went out. A person must decide that first.",
        )
    if invoice.id in operations_open:
        return Stop(Reason.OPERATION_OPEN, "Somebody is changing it or recording a payment right now.")
    return _balance_stop(invoice)


def _balance_stop(invoice: Invoice) -> Stop | None:
    if invoice.balance is None:
        return Stop(Reason.BALANCE_UNKNOWN, "Syncro does not say what is still open on it.")
    if invoice.balance < 0:
        credit = say_money(-invoice.balance, invoice.currency)
        return Stop(Reason.NOTHING_OWED, f"It is a credit of {credit}.")
    if invoice.balance == 0:
        return Stop(Reason.NOTHING_OWED, "Nothing is open on it.")
    if invoice.due_date is None:
        return Stop(Reason.NO_DUE_DATE, "It has no due date. Set one in Syncro.")
    return None


def policy_stop(customer_id: str, policy: Policy) -> Stop | None:
    """What the policy file says of this customer; it holds both tracks."""
    said = policy.customers.get(customer_id)
    if said is None:
        return None
    because = f": {said.reason}" if said.reason else ""
    if said.auto_pay:
        return Stop(Reason.AUTO_PAY, f"Policy says that this customer pays automatically{because}.")
    if not said.ladder:
        return Stop(Reason.NO_LADDER, f"Policy takes this customer off the ladder{because}.")
    return None


def customer_stop(customer: Customer) -> Stop | None:
    """Why this customer can't be emailed; it holds the customer track only."""
    if customer.disabled:
        return Stop(Reason.DISABLED, "The customer is disabled in Syncro.")
    if customer.opt_out:
        return Stop(Reason.OPTED_OUT, "The customer has opted out of email in Syncro.")
    if customer.no_email:
        return Stop(Reason.NO_EMAIL, "The customer is marked “no email” in Syncro.")
    if not customer.email:
        return Stop(Reason.NO_EMAIL, "The customer has no email address in Syncro.")
    return None


def sum_stop(total: int, credit: int, currency: str, policy: Policy) -> Stop | None:
    """Whether the listed sum net of credit (``total``, minor units) is worth a contact; it holds both tracks.

    ``min_amount`` is in the business's currency; another currency is compared unit for unit.
    """
    if total <= 0:
        shown = say_money(credit, currency)
        return Stop(Reason.CREDIT_COVERS_IT, f"The customer's credit of {shown} covers what is past due.")
    minimum, business = policy.ladder.min_amount, policy.business.currency
    if from_minor(total, currency) < from_minor(minimum, business):
        return Stop(
            Reason.BELOW_MINIMUM,
            f"{say_money(total, currency)} is below the minimum of {say_money(minimum, business)}.",
        )
    return None


def credit_of(invoices: Collection[Invoice]) -> int:
    """The sum of negative open balances as a positive amount in minor units."""
    return -sum(
        invoice.balance
        for invoice in invoices
        if invoice.balance is not None and invoice.balance < 0 and invoice.unpaid
    )
