# An S3-speaking server: moto's, of the version that the tests have. It keeps everything in memory.
FROM python:3.11-slim-bookworm
ARG MOTO
RUN --mount=type=secret,id=pip_conf,target=/root/.config/pip/pip.conf \
    --mount=type=secret,id=ca,target=/run/ca.pem \
    if [ -s /run/ca.pem ]; then export PIP_CERT=/run/ca.pem; fi; \
    python -m venv /opt/moto && /opt/moto/bin/pip install --no-cache-dir "moto[server]==${MOTO}"
USER 10001:10001
EXPOSE 5000
CMD ["/opt/moto/bin/python", "-W", "ignore", "-m", "moto.server", "-H", "0.0.0.0", "-p", "5000"]
