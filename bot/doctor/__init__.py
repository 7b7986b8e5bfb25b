"""Whether each link of the set-up holds, tried against the real parts."""
