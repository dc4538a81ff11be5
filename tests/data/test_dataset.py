"""A dataset and its parts."""

from recengine.data import Dataset
from recengine.data.splits.split import split_dataset


def test_a_part_knows_of_what_it_is_one(synthetic_dataset: Dataset) -> None:
    assert (synthetic_dataset.part_of, synthetic_dataset.whole) == ("", synthetic_dataset.fingerprint)
    part = split_dataset(synthetic_dataset).train
    of_part = part.in_file_order()
    assert len({synthetic_dataset.fingerprint, part.fingerprint, of_part.fingerprint}) == 3
    assert part.whole == of_part.whole == synthetic_dataset.fingerprint
