"""That the archive lasts: backup, fixity checks, rebuilding the catalogue, export."""
