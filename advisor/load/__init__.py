"""Load: files to typed models. Every problem of every file is collected before anything stops."""
