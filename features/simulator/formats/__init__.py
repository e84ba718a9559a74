"""A simulated district in the formats of other systems, so that each adapter can be held against what was simulated."""
