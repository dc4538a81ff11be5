"""One user or one item, looked at closely and against everyone."""

from recengine.data.profiles.bins import TimeBins, ValueBins
from recengine.data.profiles.everyone import Everyone, count_everyone
from recengine.data.profiles.item import ItemProfile, item_profile
from recengine.data.profiles.lifts import FEW, Lift, Lifts, NumberShift
from recengine.data.profiles.user import UserProfile, user_profile

__all__ = [
    "FEW",
    "Everyone",
    "ItemProfile",
    "Lift",
    "Lifts",
    "NumberShift",
    "TimeBins",
    "UserProfile",
    "ValueBins",
    "count_everyone",
    "item_profile",
    "user_profile",
]
