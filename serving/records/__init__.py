"""Single records that programs send between two deliveries of files: kept, and loaded before the next run."""
