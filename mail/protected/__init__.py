"""S/MIME and PGP: what protects a mail, who signed it, and the content inside what was signed.

In: the bytes of a mail, and the certificates and keys that the caller trusts. Out: the signed content as parts of the
tree (`opened`), text without its armour (`armour`), and the outcome of each signature (`signatures.check_signatures`).
Nothing is decrypted: there are no private keys here. Cryptography is loaded by `smime`, `certificates` and `pgp` alone,
so that reading ordinary mail never loads it. Imports: `mail` only, and never `parse`, which imports it.
"""
