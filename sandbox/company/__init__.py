"""A clearly fictional managed service provider: its customers, invoices, payments and tickets."""

from sandbox.company.book import Company, NoSuch, Refused
from sandbox.company.records import LineInput
from sandbox.company.sample import SHOWPIECE, sample_company

__all__ = ["SHOWPIECE", "Company", "LineInput", "NoSuch", "Refused", "sample_company"]
