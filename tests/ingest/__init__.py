"""Tests of ingest: on twins, on GreenMail and Dovecot, and as real processes on Kafka."""
