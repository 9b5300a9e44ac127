"""Reading Word documents in all their formats: docx, doc, rtf and single-file XML."""
