"""Use cases in domain words, over ports that the outer packages fill."""
