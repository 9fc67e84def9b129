"""The panels that office and find screens are made of: tabs, lists, cards, forms. GUI thread."""
