"""The station's journal on its own disk (SQLite and a line file)."""
