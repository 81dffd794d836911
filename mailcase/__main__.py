"""`python -m mailcase` is the command `mailcase`, also where it is not on the PATH."""

from mailcase.cli import main

main()
