"""Which partition a key belongs to: the partitioner of Kafka's own clients (murmur2), so all producers agree."""

from __future__ import annotations

from kafka.partitioner.default import murmur2

from schemas.topics import CATALOGUE

__all__ = ["partition_of"]


def partition_of(topic: str, key: bytes) -> int:
    """The partition of catalogue topic `topic` in which records with `key` lie."""
    hashed: int = murmur2(key) & 0x7FFFFFFF
    return hashed % CATALOGUE[topic].partitions
