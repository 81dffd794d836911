"""What every service needs to run: settings, Kafka, blobs, database, configuration loading, metrics, health.

In: environment variables and the configuration folder. Out: ready-made seams; no decision about any mail is taken here.
May import: schemas and infrastructure libraries.
"""
