"""Users and items that no fit has seen, and histories as they might be: what can be said of them, and how well."""

from recengine.coldstart.blend import NewcomerList, Voice, blend_weights, recommend_newcomer
from recengine.coldstart.edit import EditedList, edit_history, history_of
from recengine.coldstart.measure import AMOUNTS, BLEND, BLEND_WITH, NewcomerQuality, measure_newcomers
from recengine.coldstart.new_item import Audience, audience_by_group, place_new_item
from recengine.coldstart.newcomer import ORIGINS, Newcomer, Origin, typical_weight
from recengine.coldstart.opinions import Known, Opinion, newcomer_scores, with_helpers
from recengine.coldstart.reasons import pick_effects
from recengine.coldstart.similar import Similar, similar_items
from recengine.coldstart.trust import EVIDENCE, trust

__all__ = [
    "AMOUNTS",
    "BLEND",
    "BLEND_WITH",
    "EVIDENCE",
    "ORIGINS",
    "Audience",
    "EditedList",
    "Known",
    "Newcomer",
    "NewcomerList",
    "NewcomerQuality",
    "Opinion",
    "Origin",
    "Similar",
    "Voice",
    "audience_by_group",
    "blend_weights",
    "edit_history",
    "history_of",
    "measure_newcomers",
    "newcomer_scores",
    "pick_effects",
    "place_new_item",
    "recommend_newcomer",
    "similar_items",
    "trust",
    "typical_weight",
    "with_helpers",
]
