"""Masking words in copies of files, and proving that they are gone. Runs in the limited process only.

Words are found however they are spaced, broken or written wide, see ``archive.chinese.sought``.
"""
