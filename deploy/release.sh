#!/usr/bin/env bash
# Make what a release publishes, in dist/: the wheel, the source distribution, the list of its parts (SBOM, CycloneDX), their
# licences, an audit of them where there is a network, and checksums of all that.
# The commit has the tag v<version>, the version is in CHANGELOG.md, and nothing is changed in the checkout.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

give_up() {
    say "No release: $1"
    exit 1
}

python=.venv/bin/python
version=$("$python" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
[ -z "$(git status --porcelain)" ] || give_up "there are changes that are not committed."
git tag --points-at HEAD | grep -qxF "v$version" || give_up "this commit does not have the tag v$version. Change the version, or: git tag v$version"
grep -qxF "## $version" CHANGELOG.md || give_up "CHANGELOG.md has no part for $version."

tools=$(requirements/install.sh release)
rm -rf dist
mkdir dist
source=$(mktemp -d)
trap 'rm -rf "$source"' EXIT
git archive HEAD | tar -x -C "$source"
git rev-parse --short=10 HEAD >"$source/sevensteps/commit.txt"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

(cd "$source" && "$OLDPWD/$python" -m console.assets)
[ -f "$source/console/static/govuk/fetched.txt" ] || give_up "the files by which the console looks could not be fetched."

say "Building ..."
here=$PWD
for kind in sdist wheel; do
    (cd "$source" && "$here/$python" -c "from setuptools.build_meta import build_$kind; build_$kind('$here/dist')" >/dev/null)
done

say "Listing its parts and their licences ..."
"$python" deploy/licences.py >dist/licences.txt || give_up "a licence does not allow it; see dist/licences.txt."
"$tools/bin/cyclonedx-py" requirements requirements/run.txt --pyproject pyproject.toml --output-reproducible \
    --output-format JSON --output-file "dist/seven-steps-$version.cdx.json"

say "Asking whether weaknesses of its parts are known ..."
if audit=$("$tools/bin/pip-audit" --strict --require-hashes --disable-pip --requirement requirements/run.txt --progress-spinner off 2>&1); then
    printf '%s\n' "$audit" >dist/audit.txt
elif grep -q "Found .* known vulnerabilit" <<<"$audit"; then
    printf '%s\n' "$audit" >dist/audit.txt
    give_up "some parts have known weaknesses; see dist/audit.txt."
else
    echo "Not audited: the list of known weaknesses could not be reached." | tee dist/audit.txt >&2
fi

(cd dist && sha256sum -- * >SHA256SUMS)
say "Made in dist/:"
ls dist
