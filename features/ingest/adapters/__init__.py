"""Source adapters: from the files of a source to a delivery."""
