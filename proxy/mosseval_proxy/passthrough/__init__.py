"""The pass-through path: servers that speak OpenAI's form are asked directly, without litellm."""

from mosseval_proxy.passthrough.adapter import PassThrough

__all__ = ["PassThrough"]
