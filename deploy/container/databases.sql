-- One database for each service; no service reads that of another.
CREATE DATABASE ingest;
CREATE DATABASE orders;
CREATE DATABASE documents;
CREATE DATABASE notify;
