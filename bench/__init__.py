"""How fast and how light the portal is, always beside a limit or a peer measured in the same run."""
