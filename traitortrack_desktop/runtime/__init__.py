"""Threads without Qt and without meaning: loops that call services."""
