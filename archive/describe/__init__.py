"""Reading what a document says about itself: title, number, issuer, dates, genre and the documents it cites."""
