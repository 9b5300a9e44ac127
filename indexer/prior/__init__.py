"""Prior disclosure: what of all that is held answers a request for disclosure."""
