"""How commands print and take values that several of them have. Pure."""

MOMENT = "%Y-%m-%d %H:%M UTC"
"""For ``format`` of an aware moment in UTC."""

NO_AREA = "-"
"""Typed for no area, where leaving the area out means that it stays."""
