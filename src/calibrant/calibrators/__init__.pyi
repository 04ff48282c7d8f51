from calibrant.calibrators.base import Calibrator as Calibrator
from calibrant.calibrators.base import FittedCalibrator as FittedCalibrator
from calibrant.calibrators.base import FittedMap as FittedMap
from calibrant.calibrators.named import get as get
from calibrant.calibrators.named import restored as restored
from calibrant.calibrators.registry import available as available
from calibrant.calibrators.temperature import Temperature as Temperature
from calibrant.calibrators.temperature import TemperatureScaling as TemperatureScaling
