"""What the imitated web application says to its user when it does not do what was asked."""


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """The sentence that the user would see."""
