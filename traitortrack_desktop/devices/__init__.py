"""Bytes and keys from scanners, and the frames made of them."""
