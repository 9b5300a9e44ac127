"""``./run bench``: measure speed and size beside other engines, over the same documents in the same run."""
