"""Letters about requests for disclosure: their kinds and texts, how they are written, and checked before sending."""
