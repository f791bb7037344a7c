#!/bin/sh
# Run Temporal's server with our settings instead of those of its image, which would have the password in the environment
# of the container, and write into its own folder.
set -eu
TEMPORAL_DATABASE_PASSWORD=$(cat /passwords/temporal/password)
export TEMPORAL_DATABASE_PASSWORD
exec temporal-server --root /sevensteps --config . --env server --allow-no-auth start
