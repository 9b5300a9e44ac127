"""Recognising text in pictures of pages, and keeping what was recognised."""
