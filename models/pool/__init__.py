"""Models of several districts: what they were fitted on, by whose consent, and how they fit each district."""
