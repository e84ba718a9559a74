"""The engine: the view of records as of a date, and definitions compiled to SQL."""
