-- A database for each service; none reads another's.
CREATE DATABASE ingest;
CREATE DATABASE orders;
CREATE DATABASE documents;
CREATE DATABASE notify;
