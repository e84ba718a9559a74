"""The worker: durable imports in the background."""
