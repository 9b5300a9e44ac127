"""Reading PDF: putting the characters on a page together into lines, columns, tables and paragraphs."""
