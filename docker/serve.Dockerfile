# mosseval_serve, the server over transformers for open models that vLLM cannot serve. From the repository's root:
#
#   docker build -f docker/serve.Dockerfile --build-arg VARIANT=cuda -t mosseval-serve:0.1.0-cuda .
#
# VARIANT names its lock: cpu, cuda (IDEFICS, InstructBLIP, LLaVA), xcomposer2, mplug-owl2 (both CUDA 11). The CPU build of
# torch is not on PyPI. Its wheel comes from a context of one's own (BuildKit 0.10 or newer),
#   --build-context wheels=DIR
# from an image that holds it (any BuildKit; `tar -C DIR -c . | docker import - wheels`),
#   --build-arg WHEELS=wheels
# or from an index that a pip.conf names, as do all packages that come from somewhere else than PyPI:
#   --secret id=pip_conf,src=FILE   a pip.conf (index, credentials)
#   --secret id=ca,src=FILE         a certificate bundle for it
ARG PYTHON=python:3.11-slim-bookworm
ARG WHEELS=scratch

# hadolint ignore=DL3006
FROM ${WHEELS} AS wheels

FROM ${PYTHON} AS packages
ARG VARIANT=cpu
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /opt/mosseval
COPY locks/serve-${VARIANT}.txt /lock.txt
RUN --mount=type=secret,id=pip_conf,target=/root/.config/pip/pip.conf \
    --mount=type=secret,id=ca,target=/run/ca.pem \
    --mount=type=bind,from=wheels,target=/wheels \
    if [ -s /run/ca.pem ]; then export PIP_CERT=/run/ca.pem; fi; \
    python -m pip --python /opt/mosseval/bin/python install --no-compile --no-deps --require-hashes \
      --find-links /wheels -r /lock.txt

FROM packages AS app
COPY pyproject.toml README.md LICENSE /src/
COPY evaluator /src/evaluator
COPY proxy /src/proxy
WORKDIR /src
RUN /opt/mosseval/bin/python -m hatchling build --target wheel --directory /wheels-of-ours \
 && python -m pip --python /opt/mosseval/bin/python install --no-compile --no-deps --no-index --root /app \
    --find-links /wheels-of-ours mosseval
COPY docker/trim.py /trim.py
RUN PYTHONHASHSEED=0 python /trim.py /app

FROM packages AS runtime
ARG VARIANT=cpu
# mPLUG-Owl2's package is on no index; its own requirements would undo the lock.
RUN --mount=type=secret,id=pip_conf,target=/root/.config/pip/pip.conf \
    --mount=type=secret,id=ca,target=/run/ca.pem \
    if [ -s /run/ca.pem ]; then export PIP_CERT=/run/ca.pem; fi; \
    if [ "${VARIANT}" = mplug-owl2 ]; then \
      python -m pip --python /opt/mosseval/bin/python install --no-compile --no-deps \
        "https://github.com/X-PLUG/mPLUG-Owl/archive/9a28b3b1636a942ca1f1415fd8d2209a7afaf986.zip#subdirectory=mPLUG-Owl2"; \
    fi
COPY docker/trim.py /trim.py
RUN PYTHONHASHSEED=0 python /trim.py / --packages \
 && printf 'mosseval:x:10001:10001::/tmp:/usr/sbin/nologin\n' >>/etc/passwd \
 && printf 'mosseval:x:10001:\n' >>/etc/group \
 && mkdir -p /volumes/models

FROM ${PYTHON}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="mosseval-serve" \
      org.opencontainers.image.description="An OpenAI-compatible server over transformers for open vision-language models" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=runtime /etc/passwd /etc/group /etc/
COPY --from=runtime --chown=10001:10001 /volumes/ /
COPY --from=runtime /opt/mosseval /opt/mosseval
COPY --from=app /app/opt/mosseval /opt/mosseval
COPY docker/healthcheck.py /opt/mosseval/healthcheck.py
ENV PATH=/opt/mosseval/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HF_HOME=/models
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=300s --retries=3 \
  CMD ["python", "-I", "/opt/mosseval/healthcheck.py", "http://127.0.0.1:8000/healthz"]
ENTRYPOINT ["python", "-m", "mosseval_serve"]
CMD ["--help"]
