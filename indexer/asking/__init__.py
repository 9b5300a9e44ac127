"""What a typed search means: the grammar, synonyms, quantities."""
