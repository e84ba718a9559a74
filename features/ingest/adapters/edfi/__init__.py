"""Ed-Fi: resources of an API or of files, kept as they are now, and the marts that follow from them."""
