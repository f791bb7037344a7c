# One image for every process of the suite. Its command is the role: serve feed, worker, db upgrade, status ...
# Where packages come from is the build machine's affair: its pip.conf, and the authorities that it trusts, can be handed
# in as secrets (--secret id=pip,src=... --secret id=authorities,src=...), which no layer keeps.
FROM docker.io/library/debian:bookworm-slim AS python
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log

# What the console's pages look by comes from npm, by its hash; nothing of npm goes further than this. Where packages come
# from is said by a secret, too: --secret id=npm,src=... is an .npmrc, which may name cafile=/run/secrets/authorities.
FROM python AS frontend
RUN apt-get update && apt-get install --yes --no-install-recommends npm
WORKDIR /build
COPY console/__init__.py console/assets.py console/
RUN --mount=type=secret,id=npm --mount=type=secret,id=authorities \
    NPM_CONFIG_USERCONFIG=/run/secrets/npm python3 -m console.assets && test -f console/static/govuk/fetched.txt

FROM python AS build
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev python3-dev python3-venv
WORKDIR /build
COPY requirements/build.txt requirements/run.txt requirements/release.txt requirements/
# What durable-rules calls by a name that Python 3.13 no longer has; see requirements/install.sh.
ENV CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_CACHE_DIR=/var/cache/pip
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=secret,id=authorities \
    --mount=type=cache,target=/var/cache/pip \
    python3 -m venv /opt/sevensteps \
    && pip="/opt/sevensteps/bin/python -m pip install --no-deps --no-build-isolation" \
    && $pip --require-hashes -r requirements/build.txt \
    && $pip --use-pep517 --require-hashes -r requirements/run.txt
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=secret,id=authorities \
    --mount=type=cache,target=/var/cache/pip \
    python3 -m venv /opt/release && /opt/release/bin/python -m pip install --no-deps --require-hashes -r requirements/release.txt
COPY . .
COPY --from=frontend /build/console/static/govuk console/static/govuk
RUN /opt/sevensteps/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation --no-index . \
    && /opt/sevensteps/bin/python -m pip uninstall --yes setuptools pip \
    && /opt/release/bin/cyclonedx-py environment --output-reproducible --output-file /opt/sevensteps/sbom.cdx.json \
        /opt/sevensteps/bin/python

FROM python
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Seven Steps" \
      org.opencontainers.image.description="The back office of self-directed support, for English councils" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# The folders are there so that volumes on them belong to the user.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/sevensteps --shell /usr/sbin/nologin sevensteps \
    && install -d -m 0700 -o sevensteps -g sevensteps /var/lib/sevensteps /var/lib/sevensteps-certificates
COPY --from=build /opt/sevensteps /opt/sevensteps
ENV PATH=/opt/sevensteps/bin:$PATH PYTHONDONTWRITEBYTECODE=1 SEVENSTEPS_DATA=/var/lib/sevensteps
USER 10001:10001
WORKDIR /var/lib/sevensteps
VOLUME /var/lib/sevensteps
ENTRYPOINT ["sevensteps"]
CMD ["--help"]
