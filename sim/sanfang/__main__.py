"""`python -m sanfang` is the command `sanfang`."""

from sanfang.cli.start import main

if __name__ == "__main__":
    main()
