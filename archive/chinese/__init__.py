"""How Chinese is written: characters, dates, numerals, names of persons, traditional and simplified forms."""
