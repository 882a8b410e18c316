"""The one owner of DuckDB: connection, log, checkpoints, serving file."""
