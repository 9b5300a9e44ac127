"""Evaluation of search quality: judged queries, runs over them, measures, and baselines to beat."""
