"""The engine: the records as of a date, definitions compiled to SQL with parameters, and scripts kept on disk."""
