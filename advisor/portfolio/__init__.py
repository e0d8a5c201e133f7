"""The rules over the columns of many deals."""
