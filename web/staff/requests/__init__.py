"""The desk of the register of requests: the board, new requests, and the page of each with what is done about it."""
