"""``./run bench``: how fast and how large, next to other engines over the same documents in the same run."""
