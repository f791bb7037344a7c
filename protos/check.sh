#!/usr/bin/env bash
# Check the style of protos/, and that they keep a promise. Usage: protos/check.sh [COMMIT whose contract others build on]
# buf gets them compiled, because google/rpc is not copied here: it comes with the package that the suite uses.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

compile() { # FOLDER of protos, FILE to write
    find "$1" -name '*.proto' -print0 | sort -z | xargs -0 python -m grpc_tools.protoc -I"$1" -I"$(protos/googleapis.sh)" \
        --include_imports --include_source_info --descriptor_set_out="$2"
}

compile protos "$scratch/now.binpb"
buf lint "$scratch/now.binpb" --path sevensteps
if [ -n "${1:-}" ]; then
    git archive "$1" protos | tar -x -C "$scratch"
    compile "$scratch/protos" "$scratch/promised.binpb"
    buf breaking "$scratch/now.binpb" --path sevensteps --against "$scratch/promised.binpb"
fi
