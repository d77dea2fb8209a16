"""Where real accounts differ, or are reported to: a test sets what it wants to meet."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Oddities:
    """What the published API does oddly. ``…_every`` n strikes each record whose id n divides; 0 strikes none."""

    #: Answers that carry one invoice, payment or line without the usual key around it.
    unwrapped_every: int = 5
    #: Invoices whose detail has no ``balance_due``.
    no_balance_every: int = 3
    #: Payments whose amount is a JSON number and not a string.
    numeric_amount_every: int = 4
    #: How many of the lines sent with a new invoice are taken; None takes all.
    lines_taken: int | None = None
    #: Whether DELETE deletes; it answers 200 either way.
    deletes_work: bool = True
    #: A reference of more than 21 characters is cut in silence instead of refused.
    references_are_cut: bool = False
    #: A payment above the balance is taken, and the rest becomes account credit; else it is refused.
    overpayments_are_taken: bool = False
    #: The list of payments begins with the oldest.
    payments_oldest_first: bool = False
    #: A payment changes its invoice's ``updated_at``.
    payments_touch_invoice: bool = False

    def change(self, values: Mapping[str, object]) -> None:
        """Set several by name. Raises ``ValueError`` on an unknown name or a value of the wrong kind."""
        present = asdict(self)
        for name, value in values.items():
            if name not in present:
                raise ValueError(f"{name} is no oddity; use one of {', '.join(present)}")
            kind = bool if isinstance(present[name], bool) else int
            if type(value) is not kind and not (name == "lines_taken" and value is None):
                raise ValueError(f"{name} must be {'true or false' if kind is bool else 'an integer'}")
        for name, value in values.items():
            setattr(self, name, value)

    def unwrapped(self, record_id: int) -> bool:
        """Whether the record of that id is answered bare."""
        return _strikes(self.unwrapped_every, record_id)

    def without_balance(self, invoice_id: int) -> bool:
        """Whether that invoice's detail lacks its balance."""
        return _strikes(self.no_balance_every, invoice_id)

    def numeric_amount(self, payment_id: int) -> bool:
        """Whether that payment's amount is a number."""
        return _strikes(self.numeric_amount_every, payment_id)


def _strikes(every: int, record_id: int) -> bool:
    return every > 0 and record_id % every == 0
