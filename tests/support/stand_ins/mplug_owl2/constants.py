"""The mark of a picture in a prompt, and among tokens."""

IMAGE_TOKEN_INDEX = -200
DEFAULT_IMAGE_TOKEN = "<|image|>"
