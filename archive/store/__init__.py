"""Where documents are kept so that none is lost: catalogue, originals, records, audit log, ledger of withdrawals."""
