"""A key ring that forgets at the end of the test."""

import keyring.errors


class MemoryKeyRing:
    """*kept* are passwords by user names."""

    def __init__(self, **kept: str) -> None:
        self.kept = kept

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop(username, None) is None:
            raise keyring.errors.PasswordDeleteError
