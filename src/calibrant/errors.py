"""Every exception that calibrant raises on purpose. Imports nothing."""

__all__ = ["CalibrantError", "CalibrantWarning", "FitError", "InputError", "OutputError"]


class CalibrantError(Exception):
    """Base class: ``except CalibrantError`` catches all of ours and nothing else."""


class InputError(CalibrantError, ValueError):
    """A value from outside breaks a stated rule.

    The message always reads: *argument* must *rule*; got *observed*. *Remedy*.
    """

    def __init__(self, argument: str, rule: str, got: str, remedy: str) -> None:
        super().__init__(f"{argument} must {rule}; got {got}. {remedy}")
        self.argument, self.rule, self.got, self.remedy = argument, rule, got, remedy

    def about(self, argument: str) -> "InputError":
        """Return the same error, its argument called as the reader knows it."""
        return InputError(argument, self.rule, self.got, self.remedy)


class FitError(CalibrantError, RuntimeError):
    """The data cannot determine the parameters of a calibrator or a model."""


class OutputError(CalibrantError, OSError):
    """A result cannot be written: the place exists, is read-only, or is full."""


class CalibrantWarning(UserWarning):
    """A result stands, but its reader should know what it rests on."""
