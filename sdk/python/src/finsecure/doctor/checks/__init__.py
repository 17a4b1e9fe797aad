"""The checks, by theme. Each takes a Context and answers with what it found; none raises what it can foresee."""
