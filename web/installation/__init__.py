"""One installation: its settings, its parts wired together, and what its county says about itself."""
