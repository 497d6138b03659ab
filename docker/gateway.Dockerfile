# The gateway. From the repository's root: docker build -f docker/gateway.Dockerfile -t mosseval-gateway:0.1.0 .
#
# Packages come from PyPI, checked by the hashes of the lock. Where they come from somewhere else:
#   --secret id=pip_conf,src=FILE   a pip.conf (index, credentials)
#   --secret id=ca,src=FILE         a certificate bundle for it
# Both are there while pip runs, and in no layer.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS packages
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /opt/mosseval
COPY locks/run.txt /lock.txt
RUN --mount=type=secret,id=pip_conf,target=/root/.config/pip/pip.conf \
    --mount=type=secret,id=ca,target=/run/ca.pem \
    if [ -s /run/ca.pem ]; then export PIP_CERT=/run/ca.pem; fi; \
    python -m pip --python /opt/mosseval/bin/python install --no-compile --no-deps --require-hashes -r /lock.txt

FROM packages AS app
COPY pyproject.toml README.md LICENSE /src/
COPY evaluator /src/evaluator
COPY proxy /src/proxy
WORKDIR /src
RUN /opt/mosseval/bin/python -m hatchling build --target wheel --directory /wheels \
 && python -m pip --python /opt/mosseval/bin/python install --no-compile --no-deps --no-index --root /app \
    --find-links /wheels mosseval
COPY docker/trim.py /trim.py
RUN PYTHONHASHSEED=0 python /trim.py /app

FROM packages AS runtime
COPY docker/trim.py /trim.py
RUN PYTHONHASHSEED=0 python /trim.py / --packages \
 && printf 'mosseval:x:10001:10001::/tmp:/usr/sbin/nologin\n' >>/etc/passwd \
 && printf 'mosseval:x:10001:\n' >>/etc/group

FROM ${PYTHON}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="mosseval-gateway" \
      org.opencontainers.image.description="One OpenAI-compatible endpoint for the models that mosseval asks" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=runtime /etc/passwd /etc/group /etc/
COPY --from=runtime /opt/mosseval /opt/mosseval
COPY --from=app /app/opt/mosseval /opt/mosseval
COPY docker/healthcheck.py /opt/mosseval/healthcheck.py
ENV PATH=/opt/mosseval/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    MOSSEVAL_GATEWAY_HOST=0.0.0.0 MOSSEVAL_GATEWAY_PORT=4000
USER 10001:10001
WORKDIR /tmp
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-I", "/opt/mosseval/healthcheck.py", "http://127.0.0.1:4000/readyz"]
ENTRYPOINT ["python", "-m", "mosseval_proxy"]
CMD ["serve"]
