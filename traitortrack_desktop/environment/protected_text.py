"""How a secret is written into a file of this computer's. Any thread.

On Windows so that only the same person on the same computer can have it back (DPAPI): written from the
documentation of ``CryptProtectData`` and checked by its types; it has not run yet. Elsewhere as it stands:
there the rights of the file protect it.
"""

import sys

if sys.platform == "win32":
    import base64
    import ctypes
    from ctypes import wintypes

    _MARK = "protected:"
    _UI_FORBIDDEN = 0x1

    class _Blob(ctypes.Structure):
        _fields_ = (("size", wintypes.DWORD), ("data", ctypes.POINTER(ctypes.c_char)))

    def protected(secret: str) -> str:
        """Return how *secret* is written down. Raises ``OSError``."""
        return _MARK + base64.b64encode(_converted("CryptProtectData", secret.encode())).decode("ascii")

    def revealed(written: str) -> str:
        """Return the secret; one that somebody wrote by hand is taken as it stands.

        Raises ``OSError`` or ``ValueError`` for another person's, or another computer's.
        """
        if not written.startswith(_MARK):
            return written
        content = base64.b64decode(written.removeprefix(_MARK), validate=True)
        return _converted("CryptUnprotectData", content).decode()

    def _converted(function: str, content: bytes) -> bytes:
        given = ctypes.create_string_buffer(content, len(content))
        before = _Blob(len(content), ctypes.cast(given, ctypes.POINTER(ctypes.c_char)))
        after = _Blob()
        convert = getattr(ctypes.WinDLL("crypt32", use_last_error=True), function)
        convert.restype = wintypes.BOOL
        if not convert(ctypes.byref(before), None, None, None, None, _UI_FORBIDDEN, ctypes.byref(after)):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            return ctypes.string_at(after.data, after.size)
        finally:
            free = ctypes.WinDLL("kernel32").LocalFree
            free.argtypes = (ctypes.c_void_p,)
            free(ctypes.cast(after.data, ctypes.c_void_p))

else:

    def protected(secret: str) -> str:
        """Return how *secret* is written down."""
        return secret

    def revealed(written: str) -> str:
        """Return the secret."""
        return written
