"""The station's own memory: an append-only SQLite file and a line file that repeats it."""
