"""Scoring runs, the HTTP API, the counselor's pages and the service database."""
