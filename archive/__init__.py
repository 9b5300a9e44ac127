"""What the county holds: files, metadata, review decisions, history. Knows nothing of search or HTTP."""

VERSION = "0.1.0"
