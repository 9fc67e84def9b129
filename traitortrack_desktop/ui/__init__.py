"""The only Qt code: window, screens, widgets, keyboard scanner, sounds, theme."""
