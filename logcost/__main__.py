"""``python -m logcost``."""

from logcost.cli import main

if __name__ == "__main__":
    main()
