#!/bin/sh
# Make the secrets that docker-compose.yml names, each in a file of its own in ./secrets; those that are there stay.
# Only the folder keeps other accounts out: in the containers the files are read by users who do not exist here.
set -eu
cd "$(dirname "$0")/.."
mkdir -p -m 0700 secrets
for name in postgres database temporal-database grafana; do
    [ -s "secrets/$name" ] || od -An -tx1 -N24 /dev/urandom | tr -d ' \n' >"secrets/$name"
done
for name in services-client worker-client desk-client; do # empty until an issuer gives them
    [ -e "secrets/$name" ] || : >"secrets/$name"
done
chmod 0444 secrets/*
