"""Formats that one module reads: workbooks, slides, CSV, plain text, Markdown, pictures."""
