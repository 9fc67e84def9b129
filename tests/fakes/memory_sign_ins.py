"""Remembered sign-ins in dictionaries. Fills ``services.ports.RememberedSignIns``."""


class MemorySignIns:
    def __init__(self, days=7):
        self.days = days
        self.kept = {}
        self.badges = {}
        """Codes with the badges that have them."""
        self.pins = {}
        self.confirmed = []

    def load(self):
        pass

    def remember(self, person, password):
        self.kept[person.username] = (person, password)

    def forget(self, username):
        self.kept.pop(username, None)
        self.pins.pop(username, None)
        self.badges = {code: kept for code, kept in self.badges.items() if kept.person.username != username}

    def forget_password(self, username, only=None):
        if only is None or self.person_with(username, only) is not None:
            self.kept.pop(username, None)

    def person_with(self, username, password):
        person, kept = self.kept.get(username, (None, None))
        return person if kept == password else None

    def remember_badge(self, badge, code):
        self.badges[code] = badge

    def forget_badge(self, badge):
        self.badges = {code: kept for code, kept in self.badges.items() if kept.id != badge}

    def confirm_badge(self, badge):
        self.confirmed.append(badge)

    def badge_with(self, code):
        return self.badges.get(code)

    def remember_pin(self, badge, pin):
        self.pins[badge.person.username] = (badge.person, pin)

    def forget_pin(self, badge, only=None):
        if only is None or self.holder_with_pin(badge, only) is not None:
            self.pins.pop(badge.person.username, None)

    def holder_with_pin(self, badge, pin):
        person, kept = self.pins.get(badge.person.username, (None, None))
        return person if kept == pin else None
