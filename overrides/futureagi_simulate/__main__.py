"""`python -m futureagi_simulate` runs the command `fi-simulate`."""

from futureagi_simulate_cli import main

if __name__ == "__main__":
    raise SystemExit(main())
