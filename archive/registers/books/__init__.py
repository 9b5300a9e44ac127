"""The registers beside that of requests: each is a book of entries, and of what happened to them."""
