#!/bin/sh
# Bring Temporal's two databases to the schema of this version of its server. Run again it changes nothing.
set -eu
SQL_PASSWORD=$(cat /passwords/temporal/password)
export SQL_PASSWORD
for database in temporal temporal_visibility; do
    folder=/etc/temporal/schema/postgresql/v12/${database#temporal_}/versioned
    tool="temporal-sql-tool --plugin postgres12 --endpoint postgres --port 5432 --user temporal --database $database"
    $tool setup-schema --version 0.0
    $tool update-schema --schema-dir "$folder"
done
