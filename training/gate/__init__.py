"""What a model must show before it may serve, and the verdict."""
