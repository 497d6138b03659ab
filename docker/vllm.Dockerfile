# The upstream image of vLLM with the one package that a model's own code wants beside it. Not built here: no registry, no GPU.
ARG VLLM=vllm/vllm-openai:v0.32.0
FROM ${VLLM}
ARG REQUIRES
RUN python3 -m pip install --no-cache-dir "${REQUIRES:?name==version}"
