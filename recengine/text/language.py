"""Which languages texts are in, and which text model suits them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from recengine.arrays import Values
from recengine.text.model_names import DEFAULT_MODEL, MULTILINGUAL_LANGUAGES, MULTILINGUAL_MODEL

SAMPLE = 500
"""Texts that are looked at; an English share of a half is then known to within 0.05 (95 %)."""
CHARACTERS = 1_000
"""What is read of a text."""
ENGLISH = "en"
LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "ms": "Malay",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "ta": "Tamil",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
"""ISO 639-1 code → name of those told apart. More would cost more: among 140, an English title is often taken for
Nigerian Pidgin or Luxembourgish."""
_SURE = 0.5
_KNOWS_NOTHING = 0.05
"""A text without any known n-gram is as likely in one of the model's 43 classes as in another; Serbian has two."""
_STEPS = 200
_TOLERANCE = 1e-4


@dataclass(frozen=True)
class LanguageReport:
    """The languages of a sample of distinct texts.

    shares: of the judged texts, in [0, 1], by ISO 639-1 code, largest first; they sum to 1. judged: texts with a
    language. too_short: sampled texts that say too little for one. clear: judged texts that can be told by themselves;
    the others, such as titles, are taken to be in the languages that the sample as a whole is in. clear_english: those
    of them in English. texts: distinct texts that are not blank, from which the sample was drawn.
    """

    shares: Mapping[str, float]
    judged: int
    too_short: int
    clear: int
    clear_english: int
    texts: int

    @property
    def main(self) -> str | None:
        """The code of the most frequent language; None where no text could be judged."""
        return next(iter(self.shares), None)

    @property
    def mainly_english(self) -> bool | None:
        """Whether at least half the texts are in English; None where nothing can be said.

        "No" also needs most of the clear texts not to be: a list of short names gives noise.
        """
        if not self.judged:
            return None
        if self.shares.get(ENGLISH, 0.0) >= 0.5:
            return True
        return None if 2 * self.clear_english >= self.clear else False

    @property
    def model(self) -> str:
        """The text model for such texts; `DEFAULT_MODEL` where nothing can be said."""
        return MULTILINGUAL_MODEL if self.mainly_english is False else DEFAULT_MODEL

    @property
    def text(self) -> str:
        """One sentence for people."""
        if not self.judged:
            return "The language of the item texts cannot be told: there are none, or they are too short."
        largest = [(code, share) for code, share in self.shares.items() if share >= 0.01][:3]
        listed = ", ".join(f"{share:.0%} {LANGUAGES[code]}" for code, share in largest)
        said = f"The item texts are in {LANGUAGES[largest[0][0]]}" if len(largest) == 1 else f"Item texts: {listed}"
        of = f"{self.judged:,} of {self.texts:,} texts"
        short = "" if 2 * self.clear >= self.judged else "; most are too short to be sure of one by one"
        strange = self.model == MULTILINGUAL_MODEL and largest[0][0] not in MULTILINGUAL_LANGUAGES
        warning = f" No text model that is included was trained on {LANGUAGES[largest[0][0]]}." if strange else ""
        return f"{said} (judged by {of}{short}).{warning}"

    def to_json(self) -> dict[str, Any]:
        """Plain values; shares to 4 decimals."""
        return {
            "main": self.main,
            "name": None if self.main is None else LANGUAGES[self.main],
            "shares": {code: round(share, 4) for code, share in self.shares.items()},
            "judged": self.judged,
            "too_short": self.too_short,
            "clear": self.clear,
            "texts": self.texts,
            "model": self.model,
            "text": self.text,
        }


def detect_languages(texts: Iterable[str]) -> LanguageReport:
    """The languages of at most `SAMPLE` distinct texts, always the same ones of the same texts. About half a second.

    A title alone gives noise, thousands of them do not: with the probabilities p[t, l] of each text by itself (a naive
    Bayes model over byte n-grams: Lui & Baldwin, 2012, langid.py) the shares are the most likely mixture of languages,
    found by expectation maximisation, and each text is judged given that mixture (Saerens, Latinne & Decaestecker,
    2002, Neural Computation 14(1)).
    """
    distinct = list(dict.fromkeys(text for text in texts if text.strip()))
    chosen = np.arange(len(distinct))
    if len(distinct) > SAMPLE:
        chosen = np.sort(np.random.default_rng(0).choice(len(distinct), SAMPLE, replace=False))
    alone = _probabilities([distinct[place][:CHARACTERS] for place in chosen])
    alone = alone[alone.max(axis=1, initial=0) > _KNOWS_NOTHING]
    clear = alone.max(axis=1, initial=0) >= _SURE
    together = _given_mixture(alone)
    # where no text is clear by itself the mixture is noise
    judged = (together.max(axis=1, initial=0) >= _SURE) & clear.any()
    clear &= judged
    codes = np.array(list(LANGUAGES))
    found = codes[together[judged].argmax(axis=1)]
    counts = {str(code): int((found == code).sum()) for code in np.unique(found)}
    ordered = sorted(counts, key=lambda code: (-counts[code], code))
    return LanguageReport(
        shares={code: counts[code] / len(found) for code in ordered},
        judged=len(found),
        too_short=len(chosen) - len(found),
        clear=int(clear.sum()),
        clear_english=int((codes[alone[clear].argmax(axis=1)] == ENGLISH).sum()),
        texts=len(distinct),
    )


def choose_model(texts: Iterable[str]) -> str:
    """The text model for `texts`: `DEFAULT_MODEL` where they are mainly English or nothing can be said, else
    `MULTILINGUAL_MODEL`."""
    return detect_languages(texts).model


def _given_mixture(alone: Values) -> Values:
    """Probabilities (n, languages) given the mixture that explains all rows best; `alone` are those without it."""
    together = alone
    mixture = np.full(alone.shape[1], 1 / alone.shape[1])
    for _ in range(_STEPS if len(alone) else 0):
        together = alone * mixture
        together /= together.sum(axis=1, keepdims=True)
        before, mixture = mixture, together.mean(axis=0)
        if np.abs(mixture - before).max() < _TOLERANCE:
            break
    return together


def _probabilities(texts: list[str]) -> Values:
    """(len(texts), languages) float64 in the order of `LANGUAGES`, rows sum to 1."""
    found = np.empty((len(texts), len(LANGUAGES)))
    for row, text in zip(found, texts, strict=True):
        ranked = dict(_identifier().rank(text))
        row[:] = [ranked[code] for code in LANGUAGES]
    return found


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """The model, 0.6 s to unpack; never changed once made."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
