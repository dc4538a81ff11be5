"""Item text to vectors, cached by the hash of the text, and the language it is in."""

from recengine.text.cache import VectorCache
from recengine.text.device import device_words, text_device
from recengine.text.encoder import TextEncoder
from recengine.text.language import LanguageReport, choose_model, detect_languages
from recengine.text.model_names import DEFAULT_MODEL, MULTILINGUAL_MODEL

__all__ = [
    "DEFAULT_MODEL",
    "MULTILINGUAL_MODEL",
    "LanguageReport",
    "TextEncoder",
    "VectorCache",
    "choose_model",
    "detect_languages",
    "device_words",
    "text_device",
]
