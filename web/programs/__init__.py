"""The interfaces that programs read: API, feeds, OAI-PMH, lists, site map."""
