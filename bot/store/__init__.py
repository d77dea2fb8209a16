"""The store: lanes (one per engine), migrations, and one file per ledger."""
