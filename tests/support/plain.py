"""Reading a topic as any analyst would: kafka-python alone, without a line of mailcase."""

from __future__ import annotations

from kafka import KafkaConsumer, TopicPartition


def plain_records(brokers: str, topic: str) -> list[tuple[bytes, bytes, dict[str, bytes]]]:
    """(key, value, headers) of all records that `topic` holds now."""
    consumer = KafkaConsumer(bootstrap_servers=brokers, enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        wanted = sum(consumer.end_offsets(partitions).values())
        found: list[tuple[bytes, bytes, dict[str, bytes]]] = []
        while len(found) < wanted:
            for batch in consumer.poll(timeout_ms=1000).values():
                found += [(record.key, record.value, dict(record.headers)) for record in batch]
        return found
    finally:
        consumer.close()
