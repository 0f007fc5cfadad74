"""Tests of the service `ingest`: mails fetched from real servers, parsed, filed and answered."""
