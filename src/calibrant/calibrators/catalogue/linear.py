"""Calibrators that are linear in the logits of a row."""

from calibrant.calibrators.catalogue.entry import Entry

__all__ = ["LINEAR"]

LINEAR: dict[str, Entry] = {
    "bias_corrected_temperature": Entry(
        "calibrant.calibrators.linear.diagonal:BiasCorrectedTemperatureScaling",
        "calibrant.calibrators.linear.diagonal:BiasCorrectedTemperature",
        "a temperature, and an intercept for every class",
    ),
    "vector": Entry(
        "calibrant.calibrators.linear.diagonal:VectorScaling",
        "calibrant.calibrators.linear.diagonal:VectorScale",
        "a scale and an intercept for every class",
    ),
    "matrix": Entry(
        "calibrant.calibrators.linear.matrix:MatrixScaling",
        "calibrant.calibrators.linear.matrix:MatrixMap",
        "a matrix of all logits, held back off its diagonal",
    ),
    "dirichlet": Entry(
        "calibrant.calibrators.linear.matrix:DirichletCalibration",
        "calibrant.calibrators.linear.matrix:DirichletMap",
        "a matrix of log-probabilities, held back off its diagonal",
    ),
    "structured_vector": Entry(
        "calibrant.calibrators.linear.structured:StructuredVectorScaling",
        "calibrant.calibrators.linear.structured:StructuredVector",
        "a temperature, then scales and intercepts that the rows bear out",
    ),
    "structured_matrix": Entry(
        "calibrant.calibrators.linear.structured:StructuredMatrixScaling",
        "calibrant.calibrators.linear.structured:StructuredMatrix",
        "a temperature, then a matrix as far as the rows bear it out",
    ),
    "ensemble_temperature": Entry(
        "calibrant.calibrators.linear.ensemble:EnsembleTemperatureScaling",
        "calibrant.calibrators.linear.ensemble:EnsembleTemperature",
        "a mixture of tempered, raw and even probabilities",
    ),
}
