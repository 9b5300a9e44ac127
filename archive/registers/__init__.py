"""The registers of the office, and the calendar that their terms are counted by."""
