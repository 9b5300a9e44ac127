"""One installation: its settings, its parts wired together, what its county says of itself."""
