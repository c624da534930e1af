"""Writes sunspots.csv: the yearly sunspot numbers that statsmodels carries.

    pip install statsmodels
    python examples/data/sunspots.py

README.md beside this file says where the numbers come from.
"""

import csv
from importlib.util import find_spec
from pathlib import Path

# The package's file is read, not its function `load`, since importing that takes pandas and seconds.
package = Path(find_spec("statsmodels").origin).parent
with open(package / "datasets" / "sunspots" / "sunspots.csv", newline="") as source:
    rows = [(int(row["YEAR"]), row["SUNACTIVITY"]) for row in csv.DictReader(source)]
assert [year for year, _ in rows] == list(range(1700, 2009))
assert all(0 <= float(number) < 200 for _, number in rows)

file = Path(__file__).with_name("sunspots.csv")
file.write_text("year,sunspots\n" + "".join(f"{year},{number}\n" for year, number in rows), newline="\n")
print(f"{file.name}: {len(rows)} years")
