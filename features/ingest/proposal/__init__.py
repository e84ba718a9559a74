"""A mapping proposed for a stranger's files: what `ontrack map` prints, to be read and corrected by a person."""
