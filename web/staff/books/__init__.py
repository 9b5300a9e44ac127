"""The registers beside at the desk: of each a list with its figures, a form, and the page of an entry."""
