"""Judging search: queries with the documents that answer them, runs over them, measures, and baselines to beat."""
