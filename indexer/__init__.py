"""Full-text search: analysis, the query tree, engines and reindexing. Knows nothing of Flask."""
