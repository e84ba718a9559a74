"""Training over a pool: one model of the districts that lend records, judged in each of them by its own gate."""
