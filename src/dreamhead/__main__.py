"""`python -m dreamhead` is the `dreamhead` command."""

from dreamhead.cli import main

if __name__ == "__main__":
    main()
