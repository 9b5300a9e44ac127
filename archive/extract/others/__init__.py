"""Reading the formats that need only one module each: workbooks, slides, CSV, plain text, Markdown, pictures."""
