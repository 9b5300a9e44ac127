"""How the archive is asked: pages, API, command line. The only package that wires the parts together."""
