"""What providers say, turned into contract 1: a block leaves as an answer, a failure as one stable code.

Answers in OpenAI's forms (`responses`, `responses_api`) and in the providers' native ones (`native`) are read from
what the provider itself sent, rejections in `failures`; litellm's mapping serves for forms that are not known here.
Tables and pure functions; nothing here imports litellm.
"""

from mosseval_proxy.outcomes.blocks import raw_block, said
from mosseval_proxy.outcomes.endings import text
from mosseval_proxy.outcomes.failures import ProviderFault, read_fault
from mosseval_proxy.outcomes.responses import read_response

__all__ = ["ProviderFault", "raw_block", "read_fault", "read_response", "said", "text"]
