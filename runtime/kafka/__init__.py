"""Kafka for every service: publish, consume in a group, read a whole topic, create and check topics.

In and out: `schemas.cloudevents.Record` with catalogue topic names (the prefix is added and removed here).
`api.py` holds the protocols; `memory.py` the twin that passes the same contract suite as the real thing.
May import: schemas, runtime.settings, kafka-python (nothing else in mailcase imports that).
"""
