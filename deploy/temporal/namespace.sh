#!/bin/sh
# Make the namespace of the journeys, where there is none, as soon as Temporal answers. Closed journeys stay for a month.
set -eu
tries=0
until temporal operator namespace describe --namespace default ||
    temporal operator namespace create --namespace default --retention 744h; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || exit 1
    sleep 2
done
