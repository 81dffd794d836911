"""Raw mails and attachments: durable bytes under a key, in a directory, in S3 (GCS, Azure), or in memory for tests.

In: keys like `claims/<sha256>` and bytes. Out: the same bytes, as long as nobody deleted them.
May import: schemas, runtime.settings, runtime.metrics, obstore (only `objects.py` does).
"""

from runtime.blobs.api import BlobInfo, BlobMissing, BlobStore, blob_key, blob_ref, check_key
from runtime.blobs.memory import MemoryBlobs
from runtime.blobs.open import open_blobs

__all__ = [
    "BlobInfo",
    "BlobMissing",
    "BlobStore",
    "MemoryBlobs",
    "blob_key",
    "blob_ref",
    "check_key",
    "open_blobs",
]
