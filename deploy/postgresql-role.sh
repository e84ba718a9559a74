#!/bin/sh
# The role of the service: it does not own the tables, so row-level security holds for it.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 \
    --set password="$(cat /run/secrets/service_password)" <<'SQL'
CREATE ROLE ontrack_service LOGIN PASSWORD :'password';
GRANT CREATE ON DATABASE ontrack TO ontrack_service;
SQL
