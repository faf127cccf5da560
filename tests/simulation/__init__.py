"""A seeded simulator: one seed draws who does what, when the clock jumps and what crashes; code and database are real.

    python -m tests.simulation --runs 20 --steps 500          any number, with progress
    python -m tests.simulation --replay 7:3,18,19             steps 3, 18 and 19 of seed 7, told in words

After each step stands what must always be true (`flask verify`'s own checks, and what people were told); at the end,
what must have happened by then. A run that fails is made shorter until every step of it is needed.
"""
