"""The tests of OnTrack; a package of its own, since a library ships another `tests`."""
