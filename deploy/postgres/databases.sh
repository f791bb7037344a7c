#!/bin/sh
# Run once, when PostgreSQL's volume is empty: a user for the suite and one for Temporal, each with databases that the
# other cannot open.
set -eu

user() { # name
    psql --no-psqlrc --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set=name="$1" --set=password="$(cat "/passwords/$1/password")" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
SQL
}

database() { # name, owner
    psql --no-psqlrc --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set=name="$1" --set=owner="$2" <<'SQL'
CREATE DATABASE :"name" OWNER :"owner";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}

user sevensteps
user temporal
database sevensteps sevensteps
database temporal temporal
database temporal_visibility temporal
