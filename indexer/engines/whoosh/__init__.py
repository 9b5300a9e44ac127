"""The embedded engine: Whoosh's files, numpy's arithmetic.

``engine`` is the way in. A search goes through ``snapshot`` (an opened index) and ``evaluation`` (the formula over
``postings`` and ``titles``); a build through ``index_writer``, ``segment_writer`` and ``blocks`` (the format on disk).
"""
