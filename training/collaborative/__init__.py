"""What districts learn together: figures that each shares, the collaborative's report, and one model over a pool."""
