"""An OpenAI-compatible server over transformers, for the open models that vLLM cannot serve. One model a process."""
