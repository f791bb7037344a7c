#!/bin/sh
# Make a password for each user of PostgreSQL, in a volume of its own, where there is none yet. Each container is given the
# volume of the password that it needs, and no other. Readable for all, because users differ from image to image.
set -eu
umask 022
for user in "$@"; do
    file=/passwords/$user/password
    [ -s "$file" ] && continue
    od -An -tx1 -N24 /dev/urandom | tr -d ' \n' >"$file.new"
    mv "$file.new" "$file"
done
