"""The service database: rows, migrations, reading and writing."""
