"""What persons decide about a document: examination and approval, validity, relations to others."""
