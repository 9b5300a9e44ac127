"""Rules of written Chinese: characters, dates, numerals, personal names, traditional and simplified forms."""
