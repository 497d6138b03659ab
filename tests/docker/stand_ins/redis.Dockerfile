# Debian's Redis under the name of the image that compose.yaml names, where no registry can be reached.
FROM python:3.11-slim-bookworm
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/*
CMD ["redis-server"]
