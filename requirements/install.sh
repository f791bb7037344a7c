#!/usr/bin/env bash
# Bring .venv to what run.txt (to run the suite) or dev.txt (to check it too) says. Done already: takes no time.
# Usage: requirements/install.sh run|dev
set -euo pipefail
cd "$(dirname "$0")/.."

give_up() {
    printf '\nSet-up stopped: %s\n' "$1" >&2
    exit 1
}

find_python() {
    local candidate
    for candidate in python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    give_up "Python 3.11 or later is needed and none was found. On Debian or Ubuntu: apt-get install python3 python3-venv"
}

check_compiler() {
    # durable-rules, the rules engine, is published as C source only.
    command -v "${CC:-cc}" >/dev/null || command -v gcc >/dev/null || give_up \
        "a C compiler is needed (the rules engine is built from C). On Debian or Ubuntu: apt-get install gcc python3-dev"
    .venv/bin/python -c 'import pathlib, sysconfig, sys; sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())' ||
        give_up "Python's C headers are needed (the rules engine is built from C). On Debian or Ubuntu: apt-get install python3-dev"
}

make_venv() {
    .venv/bin/python -m pip --version >/dev/null 2>&1 && return
    local python
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        give_up "$python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv"
    echo "Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
}

pip_install() {
    .venv/bin/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation "$@" |
        { grep --line-buffered -E '^(Collecting|Building|Installing)' || true; } | cut -c1-100 >&2
}

# A copy of a file, kept in .venv once everything it asks for is there: a broken-off installation leaves none.
is_installed() { cmp -s "$1" ".venv/installed/${1##*/}"; }
mark_installed() { mkdir -p .venv/installed && cp "$1" .venv/installed/; }

install_pinned() {
    is_installed "requirements/$1.txt" && return
    echo "Installing what requirements/$1.txt pins (a minute or two the first time) ..."
    make_venv
    check_compiler
    pip_install --require-hashes -r requirements/build.txt
    pip_install --use-pep517 --require-hashes -r "requirements/$1.txt"
    mark_installed "requirements/$1.txt"
}

install_seven_steps() {
    is_installed pyproject.toml && is_installed requirements/run.in && return
    pip_install --config-settings editable_mode=compat -e .  # one path entry: finds packages added later too
    mark_installed requirements/run.in
    mark_installed pyproject.toml
}

main() {
    install_pinned run
    if [ "$1" = dev ]; then install_pinned dev; fi
    install_seven_steps
}

if command -v flock >/dev/null; then # two at once take turns
    exec 9>"${TMPDIR:-/tmp}/seven-steps-install-$(id -u).lock"
    flock 9
fi
main "${1:?run or dev}"
