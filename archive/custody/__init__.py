"""Long-term custody: backup, fixity checks, rebuilding the catalogue, export."""
