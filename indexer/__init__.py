"""How it is found: analysis, query tree, engines, reindexing. Knows nothing of Flask."""
