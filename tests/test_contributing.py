"""The worked examples of the contributing page: one file and one line each, and they work."""

import doctest
import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import calibrant.losses.registry as loss_registry
import calibrant.metrics.registry as metric_registry

PAGE = Path(__file__).parents[1] / "CONTRIBUTING.md"
BLOCKS = re.findall(
    r"^```(?:py|text)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
)


def test_a_file_and_a_line_make_a_metric_a_loss_and_a_calibrator(monkeypatch):
    names: dict[str, object] = {}
    kinds = []
    for block in BLOCKS:
        first, _, rest = block.partition("\n")
        if first.startswith("# src/"):
            name = first.removeprefix("# src/").removesuffix(".py").replace("/", ".")
            module = ModuleType(name)
            monkeypatch.setitem(sys.modules, name, module)
            exec(compile(rest, name, "exec"), module.__dict__)
            kinds.append("file")
        elif first.startswith("# in src/"):
            path, _, table = first.removeprefix("# in src/").partition(".py: ")
            registry = importlib.import_module(path.replace("/", "."))
            register(monkeypatch, registry, table, rest)
            kinds.append("line")
        else:
            test = doctest.DocTestParser().get_doctest(block, names, PAGE.name, None, None)
            assert doctest.DocTestRunner().run(test, clear_globs=False).failed == 0
            names |= test.globs
            kinds.append("use")
    assert kinds == ["file", "line", "use"] * 3


def register(monkeypatch, registry, table, line):
    """Put the line of the page where it says."""
    if registry.__name__.startswith("calibrant.metrics"):
        (entry,) = eval(f"({line})", vars(registry))
        monkeypatch.setitem(metric_registry.METRICS, entry.name, entry)
        return
    if table == "ENTRIES":
        entries = (*loss_registry.available().values(), *eval(f"({line})", vars(registry)))
        monkeypatch.setattr(loss_registry, "_CATALOGUE", loss_registry.Catalogue(entries, {}))
        return
    for name, entry in eval(f"{{{line}}}", vars(registry)).items():
        monkeypatch.setitem(getattr(registry, table), name, entry)
