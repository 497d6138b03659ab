"""The LiteLLM adapter: the only package that imports litellm."""

from mosseval_proxy.upstream.adapter import LiteLLMUpstream

__all__ = ["LiteLLMUpstream"]
