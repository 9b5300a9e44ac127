"""Turning what the format readers find into clean text: character sets, headings, titles, boilerplate."""
