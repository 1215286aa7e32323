"""The app's own interval against SciPy's, which the app does not need."""

import pytest

from fasdemo.error_rates import Rate, clopper_pearson


@pytest.mark.parametrize(
    ("errors", "total"), [(0, 1), (0, 20), (1, 1), (3, 3), (1, 40), (17, 60), (999, 1000), (7, 50000)]
)
def test_clopper_pearson_equals_scipy(errors: int, total: int) -> None:
    binomtest = pytest.importorskip("scipy.stats").binomtest
    wanted = binomtest(errors, total).proportion_ci(0.95, method="exact")
    assert clopper_pearson(errors, total) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_clopper_pearson_includes_the_rate_and_is_absent_without_samples() -> None:
    low, high = clopper_pearson(2, 9)
    assert 0.0 < low < 2 / 9 < high < 1.0
    assert Rate(0, 0).ci95 is None
    assert Rate(0, 0).value is None
