from __future__ import annotations

from tests.pages.conftest import OpenPage

OVERVIEW = "pages/overview.py"


def test_three_questions_are_answered_with_figures(open_page: OpenPage) -> None:
    app = open_page(OVERVIEW)
    assert not app.exception
    headings = [heading.value for heading in app.subheader]
    assert headings[:3] == ["Is it good?", "For whom is it not?", "What would change it most?"]
    assert any("NDCG@10 is" in text.value.replace("\\", "") for text in app.markdown)


def test_data_and_fit_are_told(open_page: OpenPage) -> None:
    app = open_page(OVERVIEW)
    told = {metric.label: metric.value for metric in app.metric}
    assert told["Users"] == "120"
    assert told["Items"] == "80"
    assert any("mainly English" in caption.value for caption in app.caption)
    fitted = next(one.value for one in app.dataframe if "Fitted on" in one.value.columns)
    assert fitted["Fitted on"].tolist() == ["CPU"] * len(fitted)


def test_the_table_has_every_variant_with_interval_and_n(open_page: OpenPage) -> None:
    app = open_page(OVERVIEW)
    table = next(one.value for one in app.dataframe if "Variant" in one.value.columns)
    ndcg = table[table["Metric"] == "NDCG@10"]
    assert ndcg["Variant"].nunique() == 3
    assert ndcg["Fusion"].str.contains(" to ").all()
    assert (ndcg["n"] > 0).all()


def test_weights_of_the_link_are_the_ones_judged(open_page: OpenPage) -> None:
    app = open_page(OVERVIEW, {"w_als": "0", "w_text": "0", "w_popularity": "1"})
    assert not app.exception
    assert any("Popularity 100" in caption.value for caption in app.caption)
