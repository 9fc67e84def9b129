"""This computer: paths, settings, identity, logs, locks, embedded PostgreSQL."""
