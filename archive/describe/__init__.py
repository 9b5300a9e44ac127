"""What a document says of itself: its title, number, issuer, days, kind and the documents it cites."""
