#!/usr/bin/env bash
# Bring a virtual environment to what the .txt files here say. Done already: takes no time.
# Usage: requirements/install.sh run|dev    .venv, to run the suite (run.txt) or to check it too (test.txt, dev.txt)
#        requirements/install.sh release    .venvs/release, what a release is made with (release.txt); prints its folder
#        requirements/install.sh others     .venvs/3.12 and so on, one for each other Python on which the suite is
#                                           checked (run.txt, test.txt); prints their folders
# PYTHONS names Python programs to take before those on PATH, with spaces between them.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSIONS=(3.11 3.12 3.13 3.14)
# What durable-rules 2.0.28 calls by a name that Python 3.13 no longer has. Read by its build, which overwrites CFLAGS.
export CPPFLAGS="${CPPFLAGS:-} -DPyEval_CallObject=PyObject_CallObject"

say() { printf '%s\n' "$*" >&2; }

give_up() {
    printf '\nSet-up stopped: %s\n' "$1" >&2
    exit 1
}

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

# Prints what keeps a Python from running the suite; nothing where it can.
why_not() { "$1" requirements/usable.py 2>/dev/null || echo "it does not run."; }

# Prints the first usable one of some Pythons, and says on standard error why those before it are not.
first_usable() {
    local candidate reason
    for candidate in "$@"; do
        version_of "$candidate" >/dev/null || continue
        reason=$(why_not "$candidate")
        if [ -z "$reason" ]; then
            echo "$candidate"
            return
        fi
        say "$candidate cannot be used: $reason"
    done
    return 1
}

find_python() {
    # shellcheck disable=SC2086 # PYTHONS is a list
    first_usable ${PYTHONS:-} "${VERSIONS[@]/#/python}" python3 || give_up \
        "Python 3.11 to 3.14 is needed and none that can be used was found. On Debian or Ubuntu: apt-get install python3 python3-venv python3-dev"
}

# Prints the Pythons of one version that PYTHONS and PATH name.
pythons_of() {
    local candidate
    for candidate in ${PYTHONS:-} "python$1" python3; do
        if [ "$(version_of "$candidate")" = "$1" ]; then echo "$candidate"; fi
    done
}

check_compiler() {
    # durable-rules, the rules engine, is published as C source only.
    command -v "${CC:-cc}" >/dev/null || command -v gcc >/dev/null || give_up \
        "a C compiler is needed (the rules engine is built from C). On Debian or Ubuntu: apt-get install gcc python3-dev"
}

has_pip() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

make_venv() {
    check_compiler
    say "Making $venv with $("$1" --version) ..."
    "$1" -m venv --clear "$venv"
}

pip_install() {
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-deps --no-build-isolation "$@" |
        { grep --line-buffered -E '^(Collecting|Building|Installing)' || true; } | cut -c1-100 >&2
}

# A copy of a file, kept in the environment once everything it asks for is there: a broken-off installation leaves none.
is_installed() { cmp -s "$1" "$venv/installed/${1##*/}"; }
mark_installed() { mkdir -p "$venv/installed" && cp "$1" "$venv/installed/"; }

install_pinned() {
    is_installed "requirements/$1.txt" && return
    say "Installing what requirements/$1.txt pins into $venv (a minute or two the first time) ..."
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

install_main() {
    local python
    venv=.venv
    if ! has_pip; then
        python=$(find_python)
        make_venv "$python"
    fi
    install_pinned run
    if [ "$1" = dev ]; then
        install_pinned test
        install_pinned dev
    fi
    install_seven_steps
}

install_release() {
    local python
    venv=.venvs/release
    if ! has_pip; then
        python=$(find_python)
        make_venv "$python"
    fi
    install_pinned release
    echo "$venv"
}

install_others() {
    local main version pythons python
    main=$(version_of .venv/bin/python || true)
    for version in "${VERSIONS[@]}"; do
        if [ "$version" = "$main" ]; then continue; fi
        pythons=$(pythons_of "$version")
        if [ -z "$pythons" ]; then
            say "Python $version was not found; nothing is checked on it."
        elif python=$(first_usable $pythons); then
            venv=.venvs/$version
            if [ "$(version_of "$venv/bin/python")" != "$version" ] || ! has_pip; then make_venv "$python"; fi
            install_pinned run
            install_pinned test
            install_seven_steps
            echo "$venv"
        fi
    done
}

if command -v flock >/dev/null; then # two at once take turns
    exec 9>"${TMPDIR:-/tmp}/seven-steps-install-$(id -u).lock"
    flock 9
fi
case "${1:-}" in
    run | dev) install_main "$1" ;;
    release) install_release ;;
    others) install_others ;;
    *) give_up "usage: requirements/install.sh run|dev|release|others" ;;
esac
