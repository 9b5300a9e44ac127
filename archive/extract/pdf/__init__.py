"""PDF: characters on a page, put together to lines, columns, tables and paragraphs."""
