"""The policies of a record: choices on which districts differ, each declared with a default."""
