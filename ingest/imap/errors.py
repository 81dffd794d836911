"""How the library's and the network's errors become ours."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient import exceptions

from schemas.errors import MailcaseError, ProviderAuth, ProviderPermanent, ProviderTemporary, ProviderThrottled

__all__ = ["translated"]

_THROTTLED = ("[LIMIT]", "THROTTL", "TOO MANY", "RATE LIMIT", "BANDWIDTH", "[OVERQUOTA]")
_BUSY = ("[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]", "TEMPORAR", "TRY AGAIN")
"""Response codes (RFC 5530 §3) and the words that servers without them use."""

_BYTES = re.compile(r"\bb(['\"])(.*?)\1")


@contextmanager
def translated(server: str, doing: str, secret: str = "") -> Iterator[None]:
    """Errors inside become those that `Mailbox` promises; the text names `server` and what we were `doing`.

    Servers repeat a line that they do not like: `secret` was in it, and is in no error of ours.
    """
    try:
        yield
    except MailcaseError:
        raise
    except exceptions.IMAPClientError as error:
        if secret and secret in str(error):
            raise _of_imap(type(error)(str(error).replace(secret, "*")), server, doing) from None
        raise _of_imap(error, server, doing) from error
    except ssl.SSLCertVerificationError as error:
        raise ProviderPermanent(
            f"{server} shows a certificate that is not trusted ({error.verify_message});"
            " correct the host name, or name its CA in the receiver's ca_file"
        ) from error
    except OSError as error:
        plain = isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER"
        remedy = "; this port does not begin with TLS: is the receiver's security right?" if plain else ""
        raise ProviderTemporary(f"{server} does not answer while {doing}: {_text(error)}{remedy}") from error
    except (ValueError, AssertionError, IndexError, KeyError, TypeError) as error:
        # What the library's parsers raise on an answer that is no IMAP; what follows in the stream cannot be trusted.
        raise ProviderTemporary(f"{server} answers what is no IMAP while {doing}: {_text(error)}") from error


def _of_imap(error: Exception, server: str, doing: str) -> MailcaseError:
    text = _text(error)
    upper = text.upper()
    if any(word in upper for word in _THROTTLED):
        return ProviderThrottled(f"{server} asks for a pause while {doing}: {text}")
    if isinstance(error, exceptions.IMAPClientAbortError) or any(word in upper for word in _BUSY):
        return ProviderTemporary(f"{server} ended the connection or is busy while {doing}: {text}")
    if isinstance(error, exceptions.LoginError) or "[AUTHENTICATIONFAILED]" in upper:
        return ProviderAuth(f"{server} refuses the login: {text}; check user name and password of the account")
    if isinstance(error, exceptions.ProtocolError):
        return ProviderTemporary(f"{server} answers what is no IMAP while {doing}: {text}")
    return ProviderPermanent(f"{server} refuses {doing}: {text}")


def _text(error: BaseException) -> str:
    # The library shows some answers as Python's bytes: b'LOGIN failed.'
    text = _BYTES.sub(r"\2", " ".join(str(error).split()))
    return text[:200] or type(error).__name__
