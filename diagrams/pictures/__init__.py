"""State diagrams and sequence charts as data: graphs and lanes, before anybody draws them."""
