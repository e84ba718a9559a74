"""The pages people see, complete without any script."""
