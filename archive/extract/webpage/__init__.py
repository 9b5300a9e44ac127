"""Web pages: the article without its site, and the card of metadata beside it."""
