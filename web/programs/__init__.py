"""Interfaces for programs: API, feeds, OAI-PMH, lists, site map."""
