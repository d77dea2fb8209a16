"""The ground floor: what an invoice, a payment and a reminder are. Standard library only, no I/O, no clock."""
