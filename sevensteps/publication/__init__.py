"""Which versions of packs decide in every service, what waits to be published, and bringing it in force."""
