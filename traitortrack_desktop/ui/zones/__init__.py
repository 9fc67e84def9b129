"""The fixed zones of the scan screen, one small widget each."""
