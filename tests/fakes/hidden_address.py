"""An address whose password does not show when a test fails."""


class HiddenAddress(str):
    """A database URL; only what comes after the password is shown."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'…{self[self.rindex('@') :]}'"
