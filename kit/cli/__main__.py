"""`python -m kit.cli`: the command, where no script is installed. Imports: nothing but cli."""

from kit.cli import main

main()
