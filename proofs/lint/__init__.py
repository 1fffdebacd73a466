"""Static analysis of models and specs: what is questionable, though both can be used."""
