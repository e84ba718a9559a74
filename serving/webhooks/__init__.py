"""Webhooks by Standard Webhooks: programs are told that something changed, by ids only, signed and more than once."""
