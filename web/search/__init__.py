"""The search walk: from the parameters of a request to a page of results."""
