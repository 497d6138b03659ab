"""What providers say, turned into contract 1: a block leaves as an answer, a failure as one stable code.

LiteLLM maps most of a provider's answer and loses some of it (the reason of Gemini's blocks above all), so both of
its forms are read here: the mapped response or exception, and, where it was seen, the provider's own body. Tables and
pure functions; nothing here imports litellm.
"""

from mosseval_proxy.outcomes.blocks import raw_block, said, text
from mosseval_proxy.outcomes.failures import ProviderFault, read_fault
from mosseval_proxy.outcomes.responses import read_response

__all__ = ["ProviderFault", "raw_block", "read_fault", "read_response", "said", "text"]
