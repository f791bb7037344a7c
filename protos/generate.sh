#!/usr/bin/env bash
# Generate sevensteps/api from the .proto files here. Usage: protos/generate.sh [FOLDER to put sevensteps/api in; default: the repository]
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-.}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

export PATH="$PWD/.venv/bin:$PATH" # protoc finds its mypy plugins there
find protos -name '*.proto' -print0 | sort -z | xargs -0 python -m grpc_tools.protoc -Iprotos -I"$(protos/googleapis.sh)" \
    --python_out="$fresh" --grpc_python_out="$fresh" --mypy_out="$fresh" --mypy_grpc_out="$fresh"
find "$fresh/sevensteps/api" -type d -exec touch {}/__init__.py \;
echo '"""The wire contract in Python. Generated from protos/ by `make protos`; never edited."""' >"$fresh/sevensteps/api/__init__.py"

mkdir -p "$target/sevensteps"
rm -rf "$target/sevensteps/api"
mv "$fresh/sevensteps/api" "$target/sevensteps/"
