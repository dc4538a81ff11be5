"""Item text to vectors, cached by the hash of the text."""

from recengine.text.cache import VectorCache
from recengine.text.device import device_words, text_device
from recengine.text.encoder import TextEncoder
from recengine.text.model_files import DEFAULT_MODEL

__all__ = ["DEFAULT_MODEL", "TextEncoder", "VectorCache", "device_words", "text_device"]
