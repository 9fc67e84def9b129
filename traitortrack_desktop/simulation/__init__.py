"""Demo data, recorded shifts and a network line that can be cut."""
