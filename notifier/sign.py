"""Our ids of one outgoing mail: Message-ID and body marker, signed with the installation's current key."""

from __future__ import annotations

from dataclasses import dataclass

from mail.signed_ids import SigningKey, make_marker, make_message_id
from runtime.secrets import SecretStore
from schemas.config import Installation
from schemas.errors import ConfigurationError

__all__ = ["OwnIds", "Signer"]


@dataclass(frozen=True, slots=True)
class OwnIds:
    """What goes into the mail. Both carry signatures: they are in no event and no log."""

    message_id: str
    marker: str


class Signer:
    """Makes ids with the key in force. The same notification and key give the same ids, for every attempt."""

    def __init__(self, installation: Installation, secrets: SecretStore) -> None:
        """Raises ConfigurationError when the current key is not configured, or its secret cannot be read."""
        found = next((key for key in installation.signing_keys if key.id == installation.current_key), None)
        if found is None:
            raise ConfigurationError(
                f"Installation {installation.name}: current_key {installation.current_key!r} is not in its signing_keys"
            )
        self._installation = installation
        self._key = SigningKey(found.id, secrets.resolve(found.secret).get_secret_value().encode())

    def ids(self, conversation: str, notification: str) -> OwnIds:
        """Ids of the mail `notification` in `conversation` (16 characters of base32)."""
        name, domain = self._installation.name, self._installation.domain
        return OwnIds(
            make_message_id(self._key, name, conversation, notification, domain),
            make_marker(self._key, name, conversation, notification),
        )
