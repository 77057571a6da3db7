"""`python -m etl`: the command line."""

from etl.cli import main

if __name__ == "__main__":  # processes that read files beside this one import it too
    main()
