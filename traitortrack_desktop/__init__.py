"""TraitorTrack Desktop: a scanning station that keeps every scan, with or without a network."""

__version__ = "0.1.0"
