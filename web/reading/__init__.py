"""From a document to the values of its page, which citizens read and staff see before they do."""
