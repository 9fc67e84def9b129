"""The only SQL: the station's own files and the central database."""
