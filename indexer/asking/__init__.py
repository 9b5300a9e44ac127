"""The meaning of a typed search: grammar, synonyms, quantities."""
