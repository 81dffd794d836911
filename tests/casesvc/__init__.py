"""Tests of the case service: pure parts, intake on PostgreSQL, processes on Kafka, the API."""
