"""The language of definitions: what may be asked of a student's records, never as of when."""
