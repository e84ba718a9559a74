"""Access: accounts, authorization and the access log."""
