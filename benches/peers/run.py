"""Times all models here and in other libraries: one table for each, all from one run.

    python benches/peers/run.py --out tables.md

README.md explains the installation, the method and how to read the tables.
"""

import harness
import headline
import images
import mlp

if __name__ == "__main__":
    harness.main("Times all models in several libraries", mlp.WORKLOADS | headline.WORKLOADS | images.WORKLOADS)
