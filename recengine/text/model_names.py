"""The names of the text models that come with the product, and the languages they were trained on."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"
"""For English."""
MULTILINGUAL_MODEL = "universal-sentence-encoder-multilingual"
"""For `MULTILINGUAL_LANGUAGES`."""
MULTILINGUAL_LANGUAGES = frozenset(
    ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh")
)
"""ISO 639-1 codes; Chinese, simplified and traditional, makes them sixteen."""
