"""Labels are shared, values are not."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from samarkand.core.labels import labelled


def test_a_labelled_array_is_what_xarray_makes_of_it():
    values = np.arange(6.0).reshape(2, 3)
    made = labelled(values, economy=("A", "B"), sector=("x", "y", "z"))
    expected = xr.DataArray(values, {"economy": ["A", "B"], "sector": ["x", "y", "z"]}, ("economy", "sector"))
    xr.testing.assert_identical(made, expected)
    other = labelled(values + 1, economy=("A", "B"), sector=("x", "y", "z"))
    np.testing.assert_array_equal((other - made).to_numpy(), 1.0)


def test_another_number_of_labels_is_refused():
    with pytest.raises(ValueError, match="shape"):
        labelled(np.zeros(3), economy=("A", "B"))
