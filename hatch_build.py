"""Compiles the kernel when calibrant is built or installed, where there is a C compiler.

Without one the installation goes on and says so: every number then comes from torch operations.
`CC` names another compiler; `CALIBRANT_KERNEL=0` builds none.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path("src", "calibrant", "kernel")
FLAGS = ("-O3", "-std=c11", "-shared", "-fPIC", "-fopenmp-simd", "-ffp-contract=off")


class KernelBuildHook(BuildHookInterface):
    """Builds the library beside its sources; a wheel that holds it is of this platform."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See `BuildHookInterface.initialize`."""
        folder = Path(self.root) / FOLDER
        names, editable = _names(folder), version == "editable"
        self.built = folder if editable else Path(mkdtemp(prefix="calibrant-kernel-"))
        library = self.built / names.LIBRARY
        failure = compile_kernel(folder, library, names)
        if failure:
            library.unlink(missing_ok=True)  # what an older source left
            self.app.display_warning(f"no kernel: calibrant will use torch operations ({failure})")
        elif not editable:
            inside = FOLDER.relative_to("src") / names.LIBRARY
            build_data["force_include"][str(library)] = inside.as_posix()
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{_platform()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """See `BuildHookInterface.finalize`: what was built aside is in the wheel."""
        del build_data, artifact_path
        if version != "editable":
            shutil.rmtree(self.built, ignore_errors=True)


def compile_kernel(folder: Path, library: Path, names: ModuleType) -> str:
    """Compile the sources in `folder`; why that failed, in one line, or nothing if it did not."""
    if os.environ.get(names.SWITCH) == "0":
        return f"{names.SWITCH} is 0"
    digest = names.source_digest(folder)
    define = f'-DCALIBRANT_SOURCE="{digest}"'
    unfinished = library.with_suffix(f".{os.getpid()}")  # so that no half-written one is loaded
    command = [*_compiler(), *FLAGS, define, str(folder / names.SOURCES[0]), "-o", str(unfinished)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not unfinished.exists():
            told = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
            return f"{command[0]} failed: {told[0]}"
        unfinished.replace(library)
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    finally:
        unfinished.unlink(missing_ok=True)
    return ""


def _names(folder: Path) -> ModuleType:
    """The module that loads the library, by its path: the package need not be installed."""
    spec = spec_from_file_location("calibrant_kernel_library", folder / "library.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _compiler() -> list[str]:
    """Command of the compiler: `CC`, that of Python, or cc."""
    if os.environ.get("CC"):
        return shlex.split(os.environ["CC"])
    of_python = shlex.split(sysconfig.get_config_var("CC") or "cc")[:1]
    return of_python if shutil.which(of_python[0]) else ["cc"]


def _platform() -> str:
    """Tag of this platform, as in the names of wheels."""
    from packaging.tags import platform_tags  # noqa: PLC0415 -- hatchling has it

    tags = list(platform_tags())
    own = [tag for tag in tags if tag.startswith("linux")] if sys.platform == "linux" else tags
    return own[0]
