"""Who may ask, and how much: the file of clients, and what each of them has used."""
