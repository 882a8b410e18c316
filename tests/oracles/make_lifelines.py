"""Asks lifelines what `pipelines/impact/survival.py` answers; see README.md."""

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times
from writing import Answers

ANSWERS = Answers("lifelines", "lifelines", "numpy", "pandas")
# Gehan's patients of 1965: remission in weeks, treated and not.
GEHAN = ([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
PLACEBO = ([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], [])


def ask(times: np.ndarray, is_ended: np.ndarray) -> None:
    fitter = KaplanMeierFitter().fit(times, is_ended)
    bounds = fitter.confidence_interval_survival_function_
    low, high = (median_survival_times(bounds.iloc[:, [place]]) for place in (0, 1))
    inputs = {"times": [float(time) for time in times], "is_ended": [bool(one) for one in is_ended]}
    ANSWERS.add("median_time", inputs, value=fitter.median_survival_time_, low=low, high=high)
    for at in np.unique(np.quantile(times, [0.1, 0.5, 0.9]).round(1)):
        place = bounds.index.searchsorted(at, side="right") - 1
        low, high = bounds.iloc[place]
        value = 1 - fitter.predict(at)
        ANSWERS.add("share_ended", inputs | {"at": float(at)}, value=value, low=1 - high, high=1 - low)


for ended, open_still in (GEHAN, PLACEBO):
    ask(np.array(ended + open_still, float), np.repeat([True, False], [len(ended), len(open_still)]))
for seed, n in ((1, 12), (2, 40), (3, 200)):
    draw = np.random.default_rng(seed)
    times, ages = draw.lognormal(1, 1, n).round(1) + 0.1, draw.lognormal(1.5, 1, n).round(1) + 0.1
    ask(np.minimum(times, ages), times <= ages)
ANSWERS.write()
