import inspect

import pytest

from recengine.data import map_columns
from recengine.data.cleaning import parse_step
from recengine.data.quality import Fix, fixes

MADE = {
    name: function(
        *({"users": 2, "fence": 3.0, "several": "items"}[one] for one in inspect.signature(function).parameters)
    )
    for name, function in vars(fixes).items()
    if inspect.isfunction(function)
}


@pytest.mark.parametrize("name", MADE)
def test_every_fix_is_spelt_as_cleaning_and_mapping_read_it(name: str) -> None:
    fix = MADE[name]
    assert isinstance(fix, Fix)
    assert fix.cleaning or fix.mapping
    for text in fix.cleaning:
        # what it reads, it writes; options that are left out may be added
        assert parse_step(text).text.startswith(text.partition(":")[0])
    if fix.mapping:
        mapped = map_columns({"value": "v", **fix.mapping}, ["user", "item", "v"])
        assert fix.mapping.items() <= mapped.to_json().items()
