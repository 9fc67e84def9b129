"""Why an encrypted connection did not come about, in words for IT.

The TLS library and libpq give no SQLSTATE; their English text is all there is. It is never repeated: what
is told names no file, no address and no secret.
"""

import re

_TROUBLES = {
    r"server certificate for .* does not match host name": (
        "the centre's certificate is for another host name: use in the address the name that it was made for"
    ),
    r"root certificate file .* does not exist|could not read root certificate file": (
        "the file with the certificate of the authority cannot be read: check sslrootcert in the address"
    ),
    r"certificate verify failed": (
        "this computer does not trust the centre's certificate: check sslrootcert in the address, the"
        " certificate's dates, and that it is the centre who answers there"
    ),
    r"certificate file .* does not exist|could not (?:read|load) (?:private key|certificate) file"
    r"|private key file .* (?:has group or world access|must be owned)"
    r"|certificate present, but not private key": (
        "this station's own certificate or its key cannot be used: check sslcert and sslkey in the address,"
        " and that only the station's user may read the key"
    ),
    r"connection requires a valid client certificate|certificate authentication failed"
    r"|alert (?:unknown ca|bad certificate|certificate required|certificate expired|certificate revoked)": (
        "the centre does not accept this station's certificate: give the station one for its account,"
        " by sslcert and sslkey in the address"
    ),
    r"server does not support SSL": (
        "the server does not encrypt connections, and the address asks for that: set the server up for TLS"
    ),
    r"no pg_hba\.conf entry for .* no encryption": (
        "the centre takes this account by encrypted connections only: add sslmode=verify-full to the address"
    ),
}


def tls_trouble(text: str) -> str | None:
    """Return what the failure *text* of a connection says about TLS, ``None`` when it says nothing of it.

    Of several servers one may only be out of reach: what any of them says about TLS counts, because then
    nothing but a person's hand helps there.
    """
    return next((told for words, told in _TROUBLES.items() if re.search(words, text)), None)
