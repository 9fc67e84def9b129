"""Remembered sign-ins in a dictionary. Fills ``services.ports.RememberedSignIns``."""


class MemorySignIns:
    def __init__(self, days=7):
        self.days = days
        self.kept = {}

    def remember(self, person, password):
        self.kept[person.username] = (person, password)

    def forget(self, username):
        self.kept.pop(username, None)

    def person_with(self, username, password):
        person, kept = self.kept.get(username, (None, None))
        return person if kept == password else None
