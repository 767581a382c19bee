"""Awards by month, ledger, bank file, reconciliation, recovery."""
