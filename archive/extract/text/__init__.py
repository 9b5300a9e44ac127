"""From the pieces that a reader finds to clean text: character sets, headings, titles, boilerplate."""
