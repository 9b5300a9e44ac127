"""The embedded engine: Whoosh's file format with numpy arithmetic.

Start at ``engine``. A search goes through ``snapshot`` (an opened index) and ``evaluation`` (the formula over
``postings`` and ``titles``). ``explaining`` says how a hit got its score. A build goes through ``index_writer``,
``segment_writer`` and ``blocks`` (on disk).
"""
