"""Time of `calibrant --help` and of `import calibrant`, as whole processes.

Medians of 15 interleaved runs, beside `python -c pass`, which nothing can beat.
"""

import statistics
import subprocess
import sys
import time

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import calibrant": ["-c", "import calibrant"],
    "calibrant --help": ["-m", "calibrant", "--help"],
}
ROUNDS = 15


def main() -> None:
    """Print one line a command."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            times[name].append(1000 * (time.perf_counter() - start))
    for name, values in times.items():
        print(f"{name:<18}{statistics.median(values):>8.0f} ms  (least {min(values):.0f})")


if __name__ == "__main__":
    main()
