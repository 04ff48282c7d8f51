"""Pages of the reference: one for every package that exists, and a first one of public names."""

import inspect
import pkgutil
from collections.abc import Iterator

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import calibrant as cal

_INTRODUCTION = """\
# Reference

Every name below is imported by `import calibrant as cal` and loads on first use. The pages beside
this one list the packages behind them, whole.

"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Files of the site with the generated pages; mkdocs calls this once."""
    pages = {"index": _INTRODUCTION + "".join(_entry(name) for name in _public_names())}
    for module in pkgutil.iter_modules(cal.__path__):
        if not module.name.startswith("_"):
            pages[module.name] = f"# {module.name}\n\n" + "".join(_modules(module))
    for name, content in pages.items():
        files.append(File.generated(config, f"reference/{name}.md", content=content))
    return files


def _public_names() -> list[str]:
    return [name for name in dir(cal) if not name.startswith("_")]


def _entry(name: str) -> str:
    """Line of the list, linked to where the thing is defined."""
    thing = getattr(cal, name)
    home = thing.__name__ if inspect.ismodule(thing) else f"{thing.__module__}.{thing.__qualname__}"
    summary = (inspect.getdoc(thing) or "").partition("\n")[0]
    return f"- [`cal.{name}`][{home}]: {summary}\n"


def _modules(module: pkgutil.ModuleInfo, parent: str = "calibrant") -> Iterator[str]:
    """Directive for the module, and for those in it; names that it only passes on are left out."""
    name = f"{parent}.{module.name}"
    yield f"::: {name}\n"
    if module.ispkg:
        yield "    options:\n      members: false\n\n"
        folder = next(iter(pkgutil.resolve_name(name).__path__))
        for inner in pkgutil.iter_modules([folder]):
            if not inner.name.startswith("_"):
                yield from _modules(inner, name)
