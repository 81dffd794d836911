"""The runtime that every service stands on, tested on real servers and, where there is one, on the twin too."""
