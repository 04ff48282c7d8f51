"""Settings of statistics as plain data: what comes back, what is refused, what is known."""

import json
import math
import pkgutil
from dataclasses import dataclass
from importlib import import_module
from inspect import getmembers, isabstract, isclass

import jaxtyping
import numpy as np
import pytest
from pydantic import ValidationError

import calibrant
from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.decided.accuracy import Hit
from calibrant.metrics.proper.scores import SquaredError
from calibrant.metrics.registry import METRICS
from calibrant.metrics.resolving import resolve
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.moments import Moments, RowScore
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.stored_settings import (
    HOMES,
    StoredObject,
    restored_statistic,
    stored_statistic,
)
from calibrant.statistics.tally import Statistic

ROOMS = ("calibrant.statistics.", "calibrant.metrics.")


@dataclass(frozen=True, slots=True)
class Held(Confusion):
    """A statistic with a setting of any kind."""

    setting: object


@pytest.mark.parametrize("n_cells", [np.int64(7), np.int32(7), 7])
def test_numbers_of_numpy_are_stored_as_plain_ones(n_cells, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    stored = stored_statistic(ScoreGrid("positive", n_cells))
    assert type(stored.settings["n_cells"]) is int
    assert restored_statistic(through_json(stored), {}) == ScoreGrid("positive", 7)
    assert through_json(stored_statistic(Held(np.float32(0.5)))).settings["setting"] == 0.5


def through_json(stored):
    return StoredObject.model_validate_json(json.dumps(stored.model_dump(), allow_nan=False))


@pytest.mark.parametrize(
    "statistic",
    [
        ScoreGrid("positive"),
        ScoreGrid("top_label", 7, "left"),
        ClassGrids(50),
        Confusion(),
        Moments(Hit()),
        Moments(SquaredError(positive=True)),
    ],
    ids=str,
)
def test_statistic_comes_back_from_its_json(statistic):
    assert restored_statistic(through_json(stored_statistic(statistic)), {}) == statistic


@pytest.mark.parametrize(
    "setting",
    [
        *(None, True, 3, 0.1, "text", math.inf, -math.inf, (), (1, (2.5, "a"), None), Hit()),
        *((Hit(), SquaredError(positive=False)), ScoreGrid("positive")),
    ],
    ids=str,
)
def test_setting_comes_back_with_its_type(setting):
    found = restored_statistic(through_json(stored_statistic(Held(setting))), {"Held": Held})
    assert found == Held(setting)
    assert type(found.setting) is type(setting)


KINDS = ["list", "dict", "set", "object", "function", "bytes", "complex"]


@pytest.mark.parametrize(
    "setting", [[1, 2], {"a": 1}, {1}, object(), print, b"bytes", 1j], ids=KINDS
)
def test_setting_of_another_kind_is_refused(setting):
    with pytest.raises(InputError, match="statistics must have settings that are numbers, text"):
        stored_statistic(Held(setting))


def test_every_statistic_and_score_of_the_package_is_known():
    names = [
        module.name
        for module in pkgutil.walk_packages(calibrant.__path__, "calibrant.")
        if module.name.startswith(ROOMS)
    ]
    found = {
        name: cls.__module__
        for module in map(import_module, names)
        for name, cls in getmembers(module, isclass)
        if issubclass(cls, (Statistic, RowScore)) and cls.__module__.startswith(ROOMS)
        if not isabstract(cls)
    }
    assert found == dict(HOMES)


@pytest.mark.parametrize("name", METRICS)
def test_sums_of_every_metric_come_back(name):
    metric = resolve(name, 2)
    for statistic in metric.statistic.leaves() if isinstance(metric, TallyMetric) else ():
        stored = through_json(stored_statistic(statistic))
        assert restored_statistic(stored, {}) == statistic


def test_homes_stand_in_the_order_of_their_names():
    assert list(HOMES) == sorted(HOMES)


def test_another_class_of_a_known_name_is_refused():
    @dataclass(frozen=True, slots=True)
    class Hit(Confusion):
        """Not the one of the package."""

    with pytest.raises(
        InputError, match=r"statistics must not bear the name .* got tests?\..*Hit|Hit"
    ):
        stored_statistic(Hit())


@pytest.mark.parametrize(
    ("name", "settings", "got"),
    [
        ("os.system", {}, "got the unknown class 'os.system'. Pass its class"),
        ("Statistic", {}, "got the unknown class 'Statistic'. Pass its class"),
        ("Hit", {}, "got Hit in the place of a statistic"),
        ("Confusion", {"more": 1}, "Confusion with other settings than this version's: more"),
        ("ScoreGrid", {"view": "positive"}, "this version's: closed, n_cells"),
        ("Moments", {"score": {"entries": []}}, "got Moments with a setting that it refuses"),
    ],
)
def test_what_is_no_statistic_of_this_version_is_refused(name, settings, got):
    stored = StoredObject.model_validate_json(json.dumps({"name": name, "settings": settings}))
    with pytest.raises(InputError) as caught:
        restored_statistic(stored, {})
    assert got in str(caught.value)


@pytest.mark.parametrize("more", [{"code": "x"}, {"name": 3}, {"settings": {"a": {"b": 1}}}])
def test_what_is_no_setting_is_refused(more):
    with pytest.raises(ValidationError):
        StoredObject.model_validate_json(json.dumps({"name": "Hit", "settings": {}} | more))
