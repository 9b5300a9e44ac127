"""Safe storage of documents: catalogue, originals, records, audit log, ledger of withdrawals."""
