"""Every sentence about a student that people read, in English and Spanish."""
