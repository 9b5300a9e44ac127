"""How it is asked: pages, API, command line; the only place where the parts are wired."""
