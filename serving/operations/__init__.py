"""Long work that a program asks for over the API: what is asked, how far it is, what became of it."""
