"""Sources: the systems that a district's records come from, what each gives, and what `ontrack.toml` may say of it."""
