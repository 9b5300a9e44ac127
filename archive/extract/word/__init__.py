"""Word in all its forms: docx, doc, rtf and the single-file XML."""
