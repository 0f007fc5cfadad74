"""What the output of the services looks like, shown without issuing or sending anything."""
