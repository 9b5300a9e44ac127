"""Reading web pages: the document without the site around it, and its metadata card."""
