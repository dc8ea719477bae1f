"""`python -m runaway`."""

from runaway._cli import main

if __name__ == "__main__":
    main()
