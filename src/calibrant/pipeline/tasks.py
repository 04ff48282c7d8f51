"""The task of a recipe."""

from calibrant.pipeline.class_task import ClassTask
from calibrant.pipeline.number_task import NumberTask
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.task import Task
from calibrant.training.device import resolve_device

__all__ = ["task_of"]

_TASKS = {"classification": ClassTask, "regression": NumberTask}


def task_of(recipe: Recipe) -> Task:
    """Task that `recipe` names, on its device."""
    return _TASKS[recipe.task](recipe, resolve_device(recipe.device))
