"""The engines behind the contract of ``indexer.engine``; what each one speaks stays in here."""
