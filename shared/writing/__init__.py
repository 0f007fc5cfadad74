"""How numbers, money, dates and the text of strangers are written for people, in any language. Pure."""
